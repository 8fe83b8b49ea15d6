// SPDX-License-Identifier: BSL-1.0
// Value and gradient of every activation of the catalogue as kernels for float: what a program that
// uses them all takes to compile. Written to be compiled, by compile_time.py.
#include "../../docs/catalogue.hpp"

#include <ctgrad/simd/elementwise.hpp>

#include <cstdio>
#include <vector>

int main()
{
    const std::vector<float> in{-2.0f, -0.5f, 0.0f, 0.5f, 2.0f};
    const std::vector<float> dout(in.size(), 1.0f);
    std::vector<float> out(in.size());
    std::vector<float> din(in.size());
    visit_activations(
        [&]<auto Formula>(const char* name, const window& = {})
        {
            ctgrad::forward<Formula>(in, out);
            ctgrad::backward<Formula>(in, dout, din);
            std::printf("%s(2) = %g, slope %g\n", name, static_cast<double>(out.back()),
                        static_cast<double>(din.back()));
        });
}
