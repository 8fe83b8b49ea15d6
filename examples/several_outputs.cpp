// SPDX-License-Identifier: BSL-1.0
// Formulas that belong together: the two outputs of a gated cell as one kernel, and the matrices of
// derivatives of several formulas.
#include <ctgrad/ctgrad.hpp>

#include <cmath>
#include <cstdio>
#include <iostream>
#include <vector>

using namespace ctgrad;

namespace
{

constexpr variable<"x"> x;
constexpr variable<"h"> h;
constexpr variable<"gate"> gate;

// What the cell remembers, and what it says of it.
constexpr auto memory = sigmoid(gate) * h + (1 - sigmoid(gate)) * tanh(x);
constexpr auto cell = list(memory, sigmoid(gate) * tanh(memory));

void run_a_cell()
{
    const std::vector<float> in{0.5f, -1.0f, 2.0f};
    const std::vector<float> gates{0.0f, 3.0f, -3.0f};
    std::vector<float> state{0.25f, 0.25f, 0.25f};
    std::vector<float> said(3);

    // Arrays in the order in which the list mentions the variables: gate, h, x. In place is allowed.
    forward<cell>(std::tie(gates, state, in), std::tie(state, said));
    std::printf("state %g %g %g\n", state[0], state[1], state[2]);

    const std::vector<float> dstate{1.0f, 1.0f, 1.0f};
    const std::vector<float> dsaid{1.0f, 0.0f, 1.0f};
    std::vector<float> dgate(3);
    std::vector<float> dh(3);
    std::vector<float> dx(3);
    backward<cell>(std::tie(gates, state, in), std::tie(dstate, dsaid), std::tie(dgate, dh, dx));
    std::printf("dx    %g %g %g\n", dx[0], dx[1], dx[2]);
}

void matrices()
{
    constexpr variable<"r"> r;
    constexpr variable<"angle"> angle;
    constexpr auto polar = list(r * cos(angle), r * sin(angle));
    constexpr auto rows = jacobian(polar, r, angle);
    std::cout << "dy/dangle = " << hana::at_c<1>(hana::at_c<1>(rows)) << '\n';

    constexpr auto valley = square(1 - x) + 100 * square(h - square(x));
    constexpr auto curvature = hessian(valley);
    static_assert(hana::at_c<1>(hana::at_c<1>(curvature))(x = 1.0, h = 1.0) == 200);

    // The product of the Jacobian with a direction, of formulas over rows too.
    constexpr variable<"v"> v;
    constexpr auto softmax = exp(x) / sum(exp(x));
    std::cout << "softmax moves by " << directional_derivative(softmax, x = v) << '\n';
}

} // namespace

int main()
{
    run_a_cell();
    matrices();
    return 0;
}
