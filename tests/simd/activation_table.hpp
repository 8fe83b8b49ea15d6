// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/test/unit_test.hpp>

#include <ctgrad/catalogue/activations.hpp>
#include <ctgrad/simd/lists.hpp>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

/// Activations against tests/reference/activations.tsv and more_activations.tsv: columns name, x, f,
/// f', f'' to 17 digits; x is a float; a dash stands where a derivative does not exist.
///
/// The first table was computed with 60 digits and more, and lost some to cancellation: it says 0 for
/// gelu_tanh(-13), and -9e-53 for the second derivative of the sigmoid at 0. `noise` is how far the
/// entries of a table may be off, so errors are counted from there.
namespace activation_table
{

using noise = std::array<long double, 3>;

struct file
{
    const char* path;
    noise off_by;
};

inline constexpr std::array<file, 2> files{
    {{"tests/reference/activations.tsv", {1e-60L, 1e-60L, 1e-48L}},
     {"tests/reference/more_activations.tsv", {}}}};
inline constexpr std::array<const char*, 3> columns{"f", "f'", "f''"};

struct rows
{
    std::vector<double> x;
    /// NaN where the table has a dash. More digits than double, for errors of half a unit.
    std::array<std::vector<long double>, 3> exact;
    noise off_by{};
};

inline rows read_from(const file& source, const std::string& name)
{
    std::ifstream lines(source.path);
    rows table;
    table.off_by = source.off_by;
    std::string line;
    while (std::getline(lines, line))
    {
        if (line.compare(0, name.size() + 1, name + "\t") != 0)
        {
            continue;
        }
        const char* at = line.c_str() + name.size() + 1;
        char* end = nullptr;
        table.x.push_back(std::strtod(at, &end));
        for (auto& column : table.exact)
        {
            at = end + 1;
            const long double value = std::strtold(at, &end);
            if (end == at)
            {
                ++end;
            }
            column.push_back(end == at + 1 && *at == '-'
                                 ? std::numeric_limits<long double>::quiet_NaN()
                                 : value);
        }
    }
    return table;
}

inline rows read(const std::string& name)
{
    for (const file& source : files)
    {
        const rows table = read_from(source, name);
        if (table.x.size() >= 50)
        {
            return table;
        }
    }
    throw std::runtime_error("tests/reference has no table of " + name);
}

/// Around a zero of the exact result, where terms cancel: errors between `low` and `high` count in
/// units of the last place of those terms, whose size is `constant` + `slope` |x|.
struct crossing
{
    double low = 0;
    double high = 0;
    double constant = 0;
    double slope = 0;

    double scale(double x) const
    {
        return x > low && x < high ? constant + slope * std::abs(x) : 0.0;
    }
};

/// The error in units of the last place of T at `scale` or the exact result. Below the smallest
/// normal number, where an exponential has lost digits that a factor does not bring back, it is
/// counted in units of that number instead, and more than 2^-15 of it (256 or 2^37 steps) is a
/// failure.
template <class T>
double ulps(T got, long double exact, double scale, long double table_noise)
{
    using limits = std::numeric_limits<T>;
    constexpr long double smallest = limits::min();
    if (std::isinf(got))
    {
        return std::abs(exact) > limits::max() ? 0.0 : HUGE_VAL;
    }
    const long double error = std::max(0.0L, std::abs(got - exact) - table_noise);
    const long double size = std::max(std::abs(exact), static_cast<long double>(scale));
    if (std::isnan(got) || (size < smallest && error > smallest / 32768))
    {
        return HUGE_VAL;
    }
    int exponent = 0;
    std::frexp(size, &exponent);
    return static_cast<double>(size < smallest ? error / smallest
                                               : std::ldexp(error, limits::digits - exponent));
}

struct worst_error
{
    double ulps = 0;
    double x = 0;
    double got = 0;
    double exact = 0;
};

template <class T>
worst_error worst_of(const rows& table, std::size_t column, const std::vector<T>& got,
                     const crossing& zero)
{
    worst_error worst;
    for (std::size_t i = 0; i < table.x.size(); ++i)
    {
        const long double exact = table.exact[column][i];
        if (std::isnan(exact))
        {
            continue;
        }
        const double error = ulps(got[i], exact, zero.scale(table.x[i]), table.off_by[column]);
        if (error > worst.ulps)
        {
            worst = {error, table.x[i], static_cast<double>(got[i]), static_cast<double>(exact)};
        }
    }
    return worst;
}

/// What is stated of one activation: bounds of the errors in ULP of f, f' and f'', in float and in
/// double, where terms cancel, and the limits.
struct statement
{
    const char* name;
    std::array<double, 3> float_bounds;
    std::array<double, 3> double_bounds;
    /// f and f' at -infinity, f and f' at +infinity.
    std::array<double, 4> limits;
    std::array<crossing, 3> zeros{};
    /// A derivative that is a number does not hear of NaN.
    bool constant_slope = false;
};

/// `y` has the results for the table's arguments, -infinity, infinity and NaN.
template <class T>
void check_column(const statement& stated, const rows& table, std::size_t column,
                  const std::vector<T>& y)
{
    const worst_error worst = worst_of(table, column, y, stated.zeros[column]);
    const double bound = (sizeof(T) == 4 ? stated.float_bounds : stated.double_bounds)[column];
    std::printf("%-17s%-7s%-4s%8.2f of %6.2f ULP at %.9g\n", stated.name,
                sizeof(T) == 4 ? "float" : "double", columns[column], worst.ulps, bound, worst.x);
    BOOST_TEST(worst.ulps <= bound, stated.name << " " << columns[column] << " is wrong by "
                                                << worst.ulps << " ULP at " << worst.x << ": "
                                                << worst.got << ", exactly " << worst.exact);
    const T* beyond = y.data() + table.x.size();
    if (column < 2)
    {
        for (std::size_t side = 0; side < 2; ++side)
        {
            const T limit = static_cast<T>(stated.limits[2 * side + column]);
            // A limit such as 1/sqrt(3) is a product that is rounded.
            const T rounding = std::numeric_limits<T>::epsilon() * std::abs(limit);
            BOOST_TEST((beyond[side] == limit || std::abs(beyond[side] - limit) <= rounding ||
                        (std::isnan(limit) && std::isnan(beyond[side]))),
                       stated.name << " " << columns[column] << " at infinity, side " << side
                                   << ": " << beyond[side] << ", not " << limit);
        }
        BOOST_TEST((std::isnan(beyond[2]) || (column == 1 && stated.constant_slope)),
                   stated.name << " " << columns[column] << " of NaN is " << beyond[2]);
    }
}

/// The table's arguments, -infinity, infinity and NaN.
template <class T>
std::vector<T> arguments_of(const rows& table)
{
    constexpr T infinity = std::numeric_limits<T>::infinity();
    std::vector<T> x(table.x.begin(), table.x.end());
    x.insert(x.end(), {-infinity, infinity, std::numeric_limits<T>::quiet_NaN()});
    return x;
}

/// Value and both derivatives, in one kernel.
template <auto Formula, class T>
std::array<std::vector<T>, 3> derivatives_at(const std::vector<T>& at)
{
    using ctgrad::activations::x;
    constexpr auto slope = derivative(Formula, x);
    constexpr auto all = ctgrad::list(Formula, slope, derivative(slope, x));
    std::array<std::vector<T>, 3> y;
    y.fill(std::vector<T>(at.size()));
    ctgrad::forward<all>(at, std::tie(y[0], y[1], y[2]));
    return y;
}

template <class T, auto Formula>
void check_all(const statement& stated, const rows& table)
{
    const auto y = derivatives_at<Formula>(arguments_of<T>(table));
    for (std::size_t column = 0; column < 3; ++column)
    {
        check_column(stated, table, column, y[column]);
    }
}

/// Checks value and derivatives of a formula, in float and double, and prints the worst errors.
template <auto Formula>
void check(const statement& stated)
{
    const rows table = read(stated.name);
    check_all<float, Formula>(stated, table);
    check_all<double, Formula>(stated, table);
}

} // namespace activation_table
