// SPDX-License-Identifier: BSL-1.0
// The rules by which graphs are simplified, a line each: what is written, what becomes of it, and why.
// docs/rewriting.md shows the same lines; this test says which one it lacks.
#define BOOST_TEST_MODULE rewriting_rules
#include <boost/test/unit_test.hpp>

#include <ctgrad/graph/print.hpp>

#include <algorithm>
#include <fstream>
#include <string>
#include <vector>

using namespace ctgrad;

namespace
{

constexpr variable<"x"> x;
constexpr variable<"y"> y;
constexpr variable<"a"> a;
constexpr variable<"b"> b;

struct rule
{
    std::string written;
    std::string becomes;
    std::string found;
    std::string reason;
};

rule line(const char* written, const expression auto& formula, const char* becomes,
          const char* reason)
{
    return {written, becomes, to_string(formula), reason};
}

std::vector<rule> all_rules()
{
    const auto e = [](const auto& u) { return exp(u); };
    return {
        line("x + 0, x - 0, 1 * x, x / 1", 1 * (x + 0) / 1 - 0, "x", "identities"),
        line("x - x", x - x, "0", "identity"),
        line("x / x", x / x, "1", "identity"),
        line("2 * x + 3 * x", 2 * x + 3 * x, "5 * x", "like terms"),
        line("a + b - a", (a + b) - a, "b", "a may be large beside b"),
        line("2 - 2 * (1 - x)", 2 - 2 * (1 - x), "2 * x", "1 - x is 1 near 0"),
        line("x * x", x * x, "x^2", "one operation"),
        line("a * b / (b * y)", a * b / (b * y), "a / y", "before b * b overflows"),
        line("a / (b / y)", a / (b / y), "a * y / b", "one division"),
        line("a / y + b / y", a / y + b / y, "(a + b) / y", "one division"),
        line("sqrt(square(x))", sqrt(square(x)), "abs(x)", "no overflow"),
        line("1 / (1 + exp(-x))", 1 / (1 + e(-x)), "sigmoid(x)", "exp(-x) overflows"),
        line("exp(x) / (1 + exp(x))", e(x) / (1 + e(x)), "sigmoid(x)", "inf / inf"),
        line("exp(x) / (2 + exp(x))", e(x) / (2 + e(x)), "sigmoid(x - 0.6931471805599453)",
             "inf / inf"),
        line("exp(a) / (exp(a) + exp(b))", e(a) / (e(a) + e(b)), "sigmoid(a - b)", "inf / inf"),
        line("1 / (exp(x) + exp(-x))", 1 / (e(x) + e(-x)), "0.5 * sech(x)",
             "the derivatives are inf / inf"),
        line("1 - sigmoid(x)", 1 - sigmoid(x), "sigmoid(-x)", "sigmoid(x) is 1 from 17 (37) on"),
        line("1 - 1 / (1 + exp(-x))", 1 - 1 / (1 + e(-x)), "sigmoid(-x)", "likewise"),
        line("log(1 + exp(x))", log(1 + e(x)), "softplus(x)", "exp(x) overflows"),
        line("log(sigmoid(x))", log(sigmoid(x)), "-softplus(-x)", "log(0)"),
        line("log(exp(a) + exp(b))", log(e(a) + e(b)), "logaddexp(a, b)", "both overflow"),
        line("log(2 + exp(x))", log(2 + e(x)),
             "0.6931471805599453 + softplus(x - 0.6931471805599453)", "exp(x) overflows"),
        line("log(sum(exp(x)))", log(sum(e(x))), "logsumexp(x)", "all overflow"),
        line("exp(x) / sum(exp(x))", e(x) / sum(e(x)), "exp(x - logsumexp(x))", "inf / inf"),
        line("log(exp(x) / sum(exp(x)))", log(e(x) / sum(e(x))), "x - logsumexp(x)",
             "the logarithm of a small share"),
        line("logsumexp(x - max(x))", logsumexp(x - max(x)), "logsumexp(x) - max(x)",
             "the shift is there already, and its gradient would cancel"),
        line("exp(x) - 1", e(x) - 1, "expm1(x)", "exp(x) is 1 near 0"),
        line("log(1 + x)", log(1 + x), "log1p(x)", "1 + x is 1 near 0"),
        line("log(exp(x))", log(e(x)), "x", "exp(x) overflows"),
        line("x / exp(y)", x / e(y), "x * exp(-y)", "no division, and no inf / inf"),
        line("(exp(x) - exp(-x)) / (exp(x) + exp(-x))", (e(x) - e(-x)) / (e(x) + e(-x)), "tanh(x)",
             "inf / inf"),
        line("(exp(2 * x) - 1) / (exp(2 * x) + 1)", (exp(2 * x) - 1) / (exp(2 * x) + 1), "tanh(x)",
             "inf / inf"),
        line("2 * sigmoid(2 * x) - 1", 2 * sigmoid(2 * x) - 1, "tanh(x)",
             "the sigmoid is 1/2 near 0"),
        line("1 - 2 / (1 + exp(2 * x))", 1 - 2 / (1 + exp(2 * x)), "tanh(x)",
             "the quotient is 1 near 0"),
        line("1 + tanh(x)", 1 + tanh(x), "2 * sigmoid(2 * x)", "tanh(x) is -1 far to the left"),
        line("tanh(log(1 + exp(x)))", tanh(log(1 + e(x))), "tanh(softplus(x))",
             "one operation: one exponential and one division instead of three and two"),
        line("1 - erf(x)", 1 - erf(x), "erfc(x)", "erf(x) is 1 from 4 (6) on"),
        line("0.5 * (1 + erf(x / sqrt(2)))", 0.5 * (1 + erf(x / 1.4142135623730951)),
             "normal_cdf(x)", "both tails keep their digits"),
        line("1 - x / (1 + x)", 1 - x / (1 + x), "1 / (1 + x)", "the quotient is 1 for large x"),
        line("sqrt(x * x + y * y)", sqrt(x * x + y * y), "hypot(x, y)", "the squares overflow"),
        line("sqrt(4 + x * x)", sqrt(4 + x * x), "hypot(2, x)", "the square overflows"),
        line("x / sqrt(1 + x * x)", x / sqrt(1 + x * x), "x / hypot(x, 1)",
             "one operation, whose slope does not cancel"),
        line("sin(x) * cos(x)", sin(x) * cos(x), "0.5 * sin(2 * x)", "one function instead of two"),
        line("where(a > b, x, where(a > b, y, 1))", where(a > b, x, where(a > b, y, 1)),
             "where(b < a, x, 1)", "the choice is made"),
        line("0.5 * where(a > b, 2, 4)", 0.5 * where(a > b, 2, 4), "where(b < a, 1, 2)",
             "numbers are folded into the branches"),
        line("sum(max(y) * x)", sum(max(y) * x), "max(y) * sum(x)",
             "the sum need not wait for what is one value for the row"),
        line("sum(x - mean(x))", sum(x - mean(x)), "0", "identity"),
        line("sum(a / sum(b))", sum(a / sum(b)), "sum(a) / sum(b)", "one division"),
    };
}

} // namespace

BOOST_AUTO_TEST_CASE(each_rule_does_what_its_line_says)
{
    for (const rule& tested : all_rules())
    {
        BOOST_TEST(tested.found == tested.becomes, tested.written << " becomes " << tested.found);
    }
}

BOOST_AUTO_TEST_CASE(the_page_has_the_same_lines)
{
    std::vector<std::string> page;
    std::ifstream file("docs/rewriting.md");
    for (std::string text; std::getline(file, text);)
    {
        if (text.rfind("| `", 0) == 0)
        {
            page.push_back(text);
        }
    }
    std::size_t found = 0;
    for (const rule& known : all_rules())
    {
        const std::string row =
            "| `" + known.written + "` | `" + known.becomes + "` | " + known.reason + " |";
        const bool is_there = std::find(page.begin(), page.end(), row) != page.end();
        found += is_there ? 1 : 0;
        BOOST_TEST(is_there, "docs/rewriting.md lacks\n" << row);
    }
    BOOST_TEST(found == page.size());
}
