// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <string_view>

namespace ctgrad
{

/// The first Capacity characters of what is written to it. Compilers can build it: g++ 12 and clang with
/// its library fail on std::string in constant expressions.
template <std::size_t Capacity>
class bounded_string
{
public:
    constexpr bounded_string() = default;

    template <std::convertible_to<std::string_view> Text>
    constexpr bounded_string(const Text& text)
    {
        *this += text;
    }

    constexpr bounded_string(std::size_t count, char character) { append(count, character); }

    constexpr std::size_t size() const { return size_; }
    constexpr bool empty() const { return size_ == 0; }
    constexpr char front() const { return characters_[0]; }

    constexpr std::string_view view() const { return {characters_.data(), size_}; }
    constexpr operator std::string_view() const { return view(); }

    /// The characters from `first` on, at most `count`.
    constexpr bounded_string substr(std::size_t first, std::size_t count = Capacity) const
    {
        return view().substr(first, count);
    }

    constexpr bounded_string& operator+=(std::string_view text)
    {
        for (std::size_t i = 0; i < text.size() && size_ < Capacity; ++i)
        {
            characters_[size_++] = text[i];
        }
        return *this;
    }

    constexpr bounded_string& append(std::size_t count, char character)
    {
        for (std::size_t i = 0; i < count && size_ < Capacity; ++i)
        {
            characters_[size_++] = character;
        }
        return *this;
    }

    friend constexpr bounded_string operator+(bounded_string left, std::string_view right)
    {
        return left += right;
    }

    friend constexpr bool operator==(const bounded_string& left, std::string_view right)
    {
        return left.view() == right;
    }

private:
    std::array<char, Capacity> characters_{};
    std::size_t size_ = 0;
};

/// A whole number in decimal digits.
constexpr bounded_string<20> decimal(long long number)
{
    std::array<char, 20> digits{};
    std::size_t first = digits.size();
    for (long long rest = number; rest != 0 || first == digits.size(); rest /= 10)
    {
        const auto digit = static_cast<int>(rest % 10);
        digits[--first] = static_cast<char>('0' + (digit < 0 ? -digit : digit));
    }
    bounded_string<20> text(number < 0 ? "-" : "");
    return text += std::string_view(digits.data() + first, digits.size() - first);
}

} // namespace ctgrad
