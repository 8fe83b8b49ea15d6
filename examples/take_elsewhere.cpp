// SPDX-License-Identifier: BSL-1.0
// A formula and its gradient as source, for a program that wants nothing else of ctgrad:
//     take_elsewhere c > swish.h
// prints C; `cuda` and `numpy` print a softmax over a row in these.
#include <ctgrad/graph/source.hpp>

#include <iostream>
#include <string>

int main(int count, char** arguments)
{
    using namespace ctgrad;
    const std::string language = count > 1 ? arguments[1] : "c";

    constexpr variable<"x"> x;
    constexpr parameter<"beta"> beta{1.0};
    constexpr auto swish = x * sigmoid(beta * x);
    constexpr auto softmax = exp(x - max(x)) / sum(exp(x - max(x)));

    if (language == "c")
    {
        std::cout << to_c(swish, "swish");
    }
    else if (language == "cuda")
    {
        std::cout << to_cuda(softmax, "softmax");
    }
    else if (language == "numpy")
    {
        std::cout << to_numpy(softmax, "softmax");
    }
    else
    {
        std::cerr << "c, cuda or numpy, please\n";
        return 1;
    }
}
