// SPDX-License-Identifier: BSL-1.0
// No library: products as three loops each, in the order in which the innermost goes along memory.

#include "products.hpp"

namespace
{

struct loops
{
    static void forward(const float* x, const float* weights, float* y, std::size_t rows,
                        std::size_t inputs, std::size_t units)
    {
        for (std::size_t row = 0; row < rows; ++row)
        {
            for (std::size_t unit = 0; unit < units; ++unit)
            {
                float sum = 0;
                for (std::size_t i = 0; i < inputs; ++i)
                {
                    sum += x[row * inputs + i] * weights[unit * inputs + i];
                }
                y[row * units + unit] = sum;
            }
        }
    }

    static void input_gradient(const float* dy, const float* weights, float* dx, std::size_t rows,
                               std::size_t inputs, std::size_t units)
    {
        std::fill_n(dx, rows * inputs, 0.0f);
        for (std::size_t row = 0; row < rows; ++row)
        {
            for (std::size_t unit = 0; unit < units; ++unit)
            {
                for (std::size_t i = 0; i < inputs; ++i)
                {
                    dx[row * inputs + i] += dy[row * units + unit] * weights[unit * inputs + i];
                }
            }
        }
    }

    static void weight_gradient(const float* dy, const float* x, float* dweights, std::size_t rows,
                                std::size_t inputs, std::size_t units)
    {
        std::fill_n(dweights, units * inputs, 0.0f);
        for (std::size_t row = 0; row < rows; ++row)
        {
            for (std::size_t unit = 0; unit < units; ++unit)
            {
                for (std::size_t i = 0; i < inputs; ++i)
                {
                    dweights[unit * inputs + i] += dy[row * units + unit] * x[row * inputs + i];
                }
            }
        }
    }
};

const entry entered(by_hand::product_contestant<loops>("plain loops", ""));

} // namespace
