// SPDX-License-Identifier: BSL-1.0
// A small transformer that learns to spell: it reads this project's own words letter by letter, says which
// letter comes next, and then writes some of its own. Argument: number of epochs (60).
#include <ctgrad/catalogue/gates.hpp>
#include <ctgrad/catalogue/norms.hpp>
#include <ctgrad/ctgrad.hpp>
#include <ctgrad/train/fit.hpp>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

using namespace ctgrad;

namespace
{

// Letters, blank and full stop; anything else is a blank.
constexpr int letters = 28;

int number_of(char character)
{
    if (character >= 'A' && character <= 'Z')
    {
        return character - 'A';
    }
    return character >= 'a' && character <= 'z' ? character - 'a' : character == '.' ? 27 : 26;
}

char letter(int number)
{
    return number < 26 ? static_cast<char>('a' + number) : number == 27 ? '.' : ' ';
}

constexpr parameter<"gain"> gain{.initial = 1.0, .scope = per_element};
constexpr parameter<"shift"> shift{.initial = 0.0, .scope = per_element};
constexpr auto norm = gain * activations::layer_norm() + shift;
constexpr auto gelu = activations::gelu;

constexpr residual<norm, attention{.heads = 4, .size = 8, .context = 32}, dense{32}> look{};
constexpr residual<norm, dense{64}, gelu, dense{32}> think{};
using transformer = network<input{1}, embedding{.words = letters, .size = 32}, look, think, look,
                            think, norm, dense{letters}>;

/// Pieces of text, and for each letter the next one.
data_set<float> pieces_of(const std::string& text, std::size_t length)
{
    std::vector<int> numbers;
    for (const char character : text)
    {
        const int next = number_of(character);
        if (next != 26 || (!numbers.empty() && numbers.back() != 26))
        {
            numbers.push_back(next);
        }
    }
    const std::size_t pieces = (numbers.size() - 1) / length;
    aligned_buffer<float> in(pieces * length), out(pieces * length * letters);
    for (std::size_t i = 0; i < in.size(); ++i)
    {
        in[i] = static_cast<float>(numbers[i]);
        out[i * letters + static_cast<std::size_t>(numbers[i + 1])] = 1;
    }
    return {static_cast<std::ptrdiff_t>(pieces), std::move(in), std::move(out)};
}

std::string write(transformer& net, const std::string& beginning, int count)
{
    random_engine engine(1);
    std::string text = beginning;
    net.reset();
    std::array<float, letters> logits{};
    for (const char character : beginning)
    {
        logits = net.step(std::array{static_cast<float>(number_of(character))});
    }
    for (int i = 0; i < count; ++i)
    {
        // Drawn by their probabilities, somewhat sharpened.
        std::array<double, letters> shares;
        double sum = 0.0;
        for (std::size_t k = 0; k < letters; ++k)
        {
            sum += std::exp(1.4 * static_cast<double>(logits[k]));
            shares[k] = sum;
        }
        std::array<float, 1> drawn;
        fill_uniform(std::span<float>(drawn), 0.0f, 1.0f, engine);
        int next = 0;
        while (next < letters - 1 && shares[static_cast<std::size_t>(next)] < drawn[0] * sum)
        {
            ++next;
        }
        text += letter(next);
        logits = net.step(std::array{static_cast<float>(next)});
    }
    return text;
}

} // namespace

int main(int argc, char** argv)
{
    const int epochs = argc > 1 ? std::atoi(argv[1]) : 60;
    std::stringstream text;
    for (const char* page : {"README.md", "docs/tutorial.md", "docs/decisions.md"})
    {
        text << std::ifstream(page).rdbuf();
    }
    const data_set<float> all = pieces_of(text.str(), 64);
    if (all.rows < 100)
    {
        std::puts("run this in the root of the project: it reads README.md and docs/");
        return 77;
    }
    transformer net{seed{1}};
    const training_history history =
        fit(net, all, {.epochs = epochs, .batch = 16, .schedule = cosine{.warm_up = 0.05}},
            cross_entropy, adamw{.learning_rate = 3e-3});
    std::printf("%d parameters, %td pieces of 64 letters, %.1f s an epoch\n%s\n",
                transformer::parameter_count, all.rows, history.back().seconds,
                write(net, "the network ", 300).c_str());
    // Letters alone, without a look at those before, leave 2.9.
    return history.back().loss < 2.6 ? 0 : 1;
}
