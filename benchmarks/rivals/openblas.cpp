// SPDX-License-Identifier: BSL-1.0
#include "products.hpp"

#include <cblas.h>

#include <sstream>

namespace
{

struct openblas
{
    static int number(std::size_t size) { return static_cast<int>(size); }

    static void forward(const float* x, const float* weights, float* y, std::size_t rows,
                        std::size_t inputs, std::size_t units)
    {
        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, number(rows), number(units),
                    number(inputs), 1, x, number(inputs), weights, number(inputs), 0, y,
                    number(units));
    }

    static void input_gradient(const float* dy, const float* weights, float* dx, std::size_t rows,
                               std::size_t inputs, std::size_t units)
    {
        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, number(rows), number(inputs),
                    number(units), 1, dy, number(units), weights, number(inputs), 0, dx,
                    number(inputs));
    }

    static void weight_gradient(const float* dy, const float* x, float* dweights, std::size_t rows,
                                std::size_t inputs, std::size_t units)
    {
        cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, number(units), number(inputs),
                    number(rows), 1, dy, number(units), x, number(inputs), 0, dweights,
                    number(inputs));
    }
};

contestant on_one_thread()
{
    openblas_set_num_threads(1);
    // "OpenBLAS 0.3.21 DYNAMIC_ARCH ..."
    std::istringstream words(openblas_get_config());
    std::string version;
    words >> version >> version;
    return by_hand::product_contestant<openblas>("OpenBLAS", version);
}

const entry entered(on_one_thread());

} // namespace
