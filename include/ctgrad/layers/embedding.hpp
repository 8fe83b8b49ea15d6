// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/layers/layer.hpp>

#include <vector>

namespace ctgrad
{

template <class T, auto Layer, shape In>
struct embedding_implementation;

/// A learnt vector for each of some words, which come as their numbers: 0, 1, ... in T. Others count as
/// the first or the last word.
/// Shapes     x (B, n) -> y (B, n Size), the vectors side by side
/// Parameters vectors (Words, Size), at first normal with variance 1
/// Errors     compile time: the input must be flat, words and size at least 1
/// Cost       copies; the gradient of a vector is the sum over where its word occurs
struct embedding
{
    static constexpr std::string_view name = "embedding";

    int words = 0;
    int size = 0;

    template <class T, auto Layer, shape In, auto Next>
    using implementation = embedding_implementation<T, Layer, In>;
};

template <class T, auto Layer, shape In>
struct embedding_implementation
{
    static constexpr int words = Layer.words > 0 ? Layer.words : 1;
    static constexpr int size = Layer.size > 0 ? Layer.size : 1;
    static constexpr int inputs = In.size() > 0 ? In.size() : 1;
    static constexpr shape output{inputs * size};
    static constexpr bool in_place = false;
    static constexpr int kept = 0;
    static constexpr int stride = row_stride<T>(size);

    static constexpr std::array tensors{tensor_info{"vectors", words, size, words* stride}};

    static void initialise(T* parameters, random_engine& engine)
    {
        std::vector<T> values(static_cast<std::size_t>(words) * size);
        fill_normal(std::span<T>(values), T(0), T(1), engine);
        import_tensors(values.data(), parameters);
    }

    static void export_tensors(const T* parameters, T* to)
    {
        for (int word = 0; word < words; ++word)
        {
            to = std::copy_n(parameters + word * stride, size, to);
        }
    }

    static void import_tensors(const T* from, T* parameters)
    {
        for (int word = 0; word < words; ++word)
        {
            std::copy_n(from + word * size, size, parameters + word * stride);
        }
    }

    static void infer(const T* parameters, const T* x, std::ptrdiff_t x_stride, T* y,
                      std::ptrdiff_t rows)
    {
        for_each_word(x, x_stride, rows, [&](int word, std::ptrdiff_t at)
                      { std::copy_n(parameters + word * stride, size, y + at); });
        clear_padding(y, output.size(), rows);
    }

    /// The numbers of words have no gradient: dx is zero.
    static void backward(const T*, const T* x, std::ptrdiff_t x_stride, const T* dy, T* dx,
                         T* gradients, std::ptrdiff_t rows)
    {
        for_each_word(x, x_stride, rows,
                      [&](int word, std::ptrdiff_t at)
                      {
                          for (int i = 0; i < size; ++i)
                          {
                              gradients[word * stride + i] += dy[at + i];
                          }
                      });
        if (dx != nullptr)
        {
            std::fill_n(dx, rows * row_stride<T>(inputs), T(0));
        }
    }

private:
    /// Calls with each word and the place of its vector in the rows of the output.
    static void for_each_word(const T* x, std::ptrdiff_t x_stride, std::ptrdiff_t rows,
                              const auto& body)
    {
        for (std::ptrdiff_t row = 0; row < rows; ++row)
        {
            for (int i = 0; i < inputs; ++i)
            {
                // NaN fails both comparisons, and is the first word.
                const T number = x[row * x_stride + i];
                const int word = number >= T(words - 1) ? words - 1
                                 : number > T(0)        ? static_cast<int>(number)
                                                        : 0;
                body(word, row * row_stride<T>(output.size()) + i * size);
            }
        }
    }

    // Last: clang leaves out what follows an assertion that fails, and would report that too.
    static constexpr bool is_flat = In.is_flat();
    static_assert(is_flat,
                  "an embedding needs a flat input, numbers of words: put flatten{} before "
                  "it; see docs/errors.md#embedding");
    static constexpr bool is_positive = Layer.words > 0 && Layer.size > 0;
    static_assert(is_positive, "an embedding has at least one word and vectors of at least one "
                               "number: embedding{.words = 64, .size = 32}; see "
                               "docs/errors.md#embedding");
};

} // namespace ctgrad
