// SPDX-License-Identifier: BSL-1.0
// An operation of one's own, in one's own namespace: a name, the value, and the partial derivatives.
// From there on it is like those of the library: it prints, nests, has derivatives and runs in SIMD.
#include <ctgrad/ctgrad.hpp>

#include <array>
#include <cmath>
#include <iostream>

namespace periodic
{

/// snake(x) = x + sin(x)^2, for functions that go on periodically.
/// Source     Liu, Hartwig, Ueda (2020), Neural networks fail to learn periodic functions
struct snake_operation
{
    static constexpr ctgrad::fixed_string name = "snake";

    /// For a double and for a whole SIMD register.
    static constexpr auto value(auto x)
    {
        using ctgrad::scalar::sin;
        const auto s = sin(x);
        return x + s * s;
    }

    /// One formula for each operand; the result of the operation is there too, if it helps.
    static constexpr auto partials(auto x, auto /*result*/) { return ctgrad::list(1 + sin(2 * x)); }
};

template <ctgrad::symbolic X>
constexpr auto snake(const X& x)
{
    return ctgrad::apply<snake_operation>(x);
}

} // namespace periodic

int main()
{
    using namespace ctgrad;
    constexpr variable<"x"> x;
    constexpr auto gate = periodic::snake(x) * sigmoid(x);

    std::cout << "f(x)  = " << gate << '\n';
    std::cout << "f'(x) = " << derivative(gate, x) << '\n';
    std::cout << "f(1)  = " << gate(1.0) << '\n';

    const std::array<float, 5> in{-2, -1, 0, 1, 2};
    std::array<float, 5> out{};
    std::array<float, 5> slope{};
    value_and_derivative<gate>(in, out, slope);
    for (std::size_t i = 0; i < in.size(); ++i)
    {
        std::cout << in[i] << ": " << out[i] << ", slope " << slope[i] << '\n';
    }
    return std::abs(out[3] - gate(1.0F)) < 1e-6F ? 0 : 1;
}
