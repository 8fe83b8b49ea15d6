// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/simd/elementwise.hpp>
#include <ctgrad/simd/kernel_arguments.hpp>
#include <ctgrad/symbolic/jacobian.hpp>

namespace ctgrad
{

namespace detail
{

/// The gradient that comes in for result K of a list, under a name that no user's variable has.
template <std::size_t K>
inline constexpr auto result_gradient_name = []
{
    static_assert(K < 100);
    char text[] = "gradient of result 00";
    text[sizeof(text) - 3] = static_cast<char>('0' + K / 10);
    text[sizeof(text) - 2] = static_cast<char>('0' + K % 10);
    return fixed_string(text);
}();

/// One number for a result that is one value for the row.
template <auto Formula, std::size_t K>
using incoming_of_list =
    std::conditional_t<is_row_value<Formula>, parameter<result_gradient_name<K>>,
                       variable<result_gradient_name<K>>>;

/// A list of formulas taken apart for the programs that compute it.
template <auto List, class Indices>
struct list_programs;

template <auto List, std::size_t... K>
struct list_programs<List, std::index_sequence<K...>>
{
    using formulas = application<void, std::remove_cvref_t<decltype(hana::at_c<K>(List))>...>;

    static constexpr const name_list& variables = variables_of<formulas>;
    static constexpr const name_list& parameters = parameters_of<formulas>;
    static constexpr std::array<std::string_view, sizeof...(K)> incoming{
        result_gradient_name<K>.view()...};

    /// How many numbers each variable, and each result, has for a row of that length.
    static constexpr std::array<std::size_t, static_cast<std::size_t>(variables.size)>
    lengths_of_variables(std::size_t length)
    {
        std::array<std::size_t, static_cast<std::size_t>(variables.size)> lengths{};
        lengths.fill(length);
        return lengths;
    }
    static constexpr std::array<std::size_t, sizeof...(K)> lengths_of_results(std::size_t length)
    {
        return {(is_row_value<hana::at_c<K>(List)> ? 1 : length)...};
    }

    using forward = program<hana::at_c<K>(List)...>;

    /// What flows back to a name from all results.
    template <auto Name>
    static constexpr auto gradient_of =
        (pullback_of<std::remove_cvref_t<decltype(hana::at_c<K>(List))>,
                     incoming_of_list<hana::at_c<K>(List), K>, Name>{hana::at_c<K>(List), {}} +
         ...);

    template <std::size_t... V, std::size_t... P>
    static auto make_backward(std::index_sequence<V...>, std::index_sequence<P...>)
        -> program<gradient_of<name_at<variables, V>>..., gradient_of<name_at<parameters, P>>...>;

    using backward = decltype(make_backward(
        std::make_index_sequence<static_cast<std::size_t>(variables.size)>{},
        std::make_index_sequence<static_cast<std::size_t>(parameters.size)>{}));
};

template <auto List>
using programs_of_list = list_programs<
    List, std::make_index_sequence<hana::unpack(List, []<class... Formulas>(const Formulas&...)
                                                { return sizeof...(Formulas); })>>;

template <class... Types>
constexpr int array_count(given<Types...>)
{
    return sizeof...(Types);
}

/// Whether kernels of type T can be made of a list, as `check_kernel` says it of one formula.
template <auto List, class T, class Inputs, class Outputs>
constexpr bool check_list()
{
    using in = typename arrays_in<std::remove_cvref_t<Inputs>>::type;
    using out = typename arrays_in<std::remove_cvref_t<Outputs>>::type;
    constexpr bool has_each =
        in::count == programs_of_list<List>::variables.size &&
        out::count == static_cast<int>(programs_of_list<List>::incoming.size());
    static_assert(has_each,
                  "a list of formulas needs one array for each of its variables, in the order in "
                  "which it mentions them, and one for each formula: std::tie(a, b); see "
                  "docs/errors.md#arrays");
    constexpr bool has_one_type = in::template have_elements_of<T> &&
                                  out::template have_elements_of<T> &&
                                  (std::same_as<T, float> || std::same_as<T, double>);
    static_assert(has_one_type,
                  "all arrays of a kernel have elements of one type, float or double; "
                  "see docs/errors.md#arrays");
    return has_each && has_one_type;
}

/// Initial values of a list's parameters.
template <auto List, class T>
constexpr auto initial_parameters_of_list()
{
    constexpr const name_list& names = programs_of_list<List>::parameters;
    std::array<T, static_cast<std::size_t>(names.size)> values{};
    graph_builder graph;
    hana::unpack(List, [&](const auto&... formula) { (trace(graph, formula), ...); });
    for (int i = 0; i < graph.size(); ++i)
    {
        const int index = graph[i].kind == node_kind::parameter ? names.find(graph[i].name) : -1;
        if (index >= 0)
        {
            values[static_cast<std::size_t>(index)] = static_cast<T>(graph[i].value);
        }
    }
    return values;
}

/// Pointers to the data of some arrays, after a look at their lengths.
template <class T, std::size_t Count, class... Arrays>
std::array<T*, Count> pointers_to(const char* what, const std::tuple<Arrays...>& arrays,
                                  const std::array<std::size_t, Count>& lengths)
{
    std::array<T*, Count> pointers{};
    std::size_t k = 0;
    std::apply(
        [&](auto&... array)
        {
            ((check_length(what, lengths[k], std::ranges::size(array)),
              pointers[k++] = std::ranges::data(array)),
             ...);
        },
        arrays);
    return pointers;
}

template <auto List>
inline constexpr auto variables_of_list =
    static_cast<std::size_t>(programs_of_list<List>::variables.size);
template <auto List>
inline constexpr auto parameters_of_list =
    static_cast<std::size_t>(programs_of_list<List>::parameters.size);
template <auto List>
inline constexpr std::size_t results_of_list = programs_of_list<List>::incoming.size();

/// Writes the gradients of all variables, then those of all parameters, summed over the elements, from
/// the gradients of all results.
template <auto List, class T, aliasing Inputs = aliasing::none>
void run_backward(const std::array<const T*, variables_of_list<List>>& variables,
                  const std::array<const T*, results_of_list<List>>& results, const T* parameters,
                  const std::array<T*, variables_of_list<List> + parameters_of_list<List>>& targets,
                  std::ptrdiff_t length)
{
    using programs = programs_of_list<List>;
    using backward_program = typename programs::backward;
    // What the gradients do not depend on is no input of the program.
    constexpr const name_list& leaves = backward_program::variables;
    constexpr const name_list& numbers = backward_program::parameters;
    std::array<const T*, static_cast<std::size_t>(leaves.size)> sources{};
    std::array<T, static_cast<std::size_t>(numbers.size)> values{};
    const auto place = [&](std::string_view name, const T* data)
    {
        const int of_leaf = leaves.find(name);
        const int of_number = numbers.find(name);
        if (of_leaf >= 0)
        {
            sources[static_cast<std::size_t>(of_leaf)] = data;
        }
        if (of_number >= 0)
        {
            values[static_cast<std::size_t>(of_number)] = *data;
        }
    };
    for (std::size_t v = 0; v < variables.size(); ++v)
    {
        place(programs::variables[static_cast<int>(v)], variables[v]);
    }
    for (std::size_t p = 0; p < parameters_of_list<List>; ++p)
    {
        place(programs::parameters[static_cast<int>(p)], parameters + p);
    }
    for (std::size_t k = 0; k < results.size(); ++k)
    {
        place(programs::incoming[k], results[k]);
    }
    run_program<backward_program, T, Inputs>(sources, targets, values.data(), length);
}

} // namespace detail

/// The values of several formulas, with all work that they share done once: `forward<list(f, g)>(
/// std::tie(x, y), std::tie(out_f, out_g))`. `in` is a std::tie of one array for each variable, in the
/// order in which the list mentions them, `out` of one for each formula; a formula that is one value
/// for the row has an array of one number.
/// Errors     throws size_error when lengths differ
/// Cost       one pass, and one more for each reduction that another waits for; allocates nothing
template <auto List, class Inputs, class Outputs, class Parameters>
    requires expression_list<decltype(List)>
void forward(const Inputs& in, Outputs&& out, const Parameters& parameters)
{
    using outputs_type = std::remove_cvref_t<decltype(detail::as_tuple(out))>;
    using T = detail::element_of<std::tuple_element_t<0, outputs_type>>;
    if constexpr (detail::check_list<List, T, Inputs, Outputs>())
    {
        using programs = detail::programs_of_list<List>;
        using forward_program = typename programs::forward;
        const auto inputs = detail::as_tuple(in);
        const std::size_t length = std::ranges::size(std::get<0>(inputs));
        detail::check_length("the list of parameters",
                             static_cast<std::size_t>(programs::parameters.size),
                             std::ranges::size(parameters));
        const auto sources = detail::pointers_to<const T>("each input", inputs,
                                                          programs::lengths_of_variables(length));
        const auto targets = detail::pointers_to<T>("each output", detail::as_tuple(out),
                                                    programs::lengths_of_results(length));
        detail::run_program_in_any_place<forward_program, T>(
            sources, targets, std::ranges::data(parameters), static_cast<std::ptrdiff_t>(length));
    }
}

/// The same with the parameters' initial values.
template <auto List, class Inputs, class Outputs>
    requires expression_list<decltype(List)>
void forward(const Inputs& in, Outputs&& out)
{
    using outputs_type = std::remove_cvref_t<decltype(detail::as_tuple(out))>;
    using T = detail::element_of<std::tuple_element_t<0, outputs_type>>;
    constexpr auto parameters = detail::initial_parameters_of_list<List, T>();
    forward<List>(in, out, parameters);
}

/// Gradients of all variables from the gradients of all results: din = sum over the formulas of
/// dout * df/dx. Gradients of the parameters, summed over all elements, are added to
/// `parameter_gradients`. The arrays of `din` are none of the others.
/// Errors     throws size_error when lengths differ
/// Cost       one pass, and one more for each reduction that another waits for; allocates nothing
template <auto List, class Inputs, class Incoming, class Gradients, class Parameters,
          class ParameterGradients>
    requires expression_list<decltype(List)>
void backward(const Inputs& in, const Incoming& dout, Gradients&& din, const Parameters& parameters,
              ParameterGradients&& parameter_gradients)
{
    using gradients_type = std::remove_cvref_t<decltype(detail::as_tuple(din))>;
    using T = detail::element_of<std::tuple_element_t<0, gradients_type>>;
    if constexpr (detail::check_list<List, T, Inputs, Incoming>() &&
                  detail::check_list<List, T, Gradients, Incoming>())
    {
        using programs = detail::programs_of_list<List>;
        constexpr auto variable_count = static_cast<std::size_t>(programs::variables.size);
        constexpr auto parameter_count = static_cast<std::size_t>(programs::parameters.size);
        const auto inputs = detail::as_tuple(in);
        const std::size_t length = std::ranges::size(std::get<0>(inputs));
        const auto variables = detail::pointers_to<const T>("each input", inputs,
                                                            programs::lengths_of_variables(length));
        const auto results = detail::pointers_to<const T>(
            "each incoming gradient", detail::as_tuple(dout), programs::lengths_of_results(length));
        const auto gradients = detail::pointers_to<T>("each gradient", detail::as_tuple(din),
                                                      programs::lengths_of_variables(length));
        detail::check_length("the list of parameters", parameter_count,
                             std::ranges::size(parameters));
        detail::check_length("the list of parameter gradients", parameter_count,
                             std::ranges::size(parameter_gradients));

        std::array<T, parameter_count> sums{};
        std::array<T*, variable_count + parameter_count> targets{};
        std::ranges::copy(gradients, targets.begin());
        for (std::size_t p = 0; p < parameter_count; ++p)
        {
            targets[variable_count + p] = &sums[p];
        }
        detail::run_backward<List, T>(variables, results, std::ranges::data(parameters), targets,
                                      static_cast<std::ptrdiff_t>(length));
        for (std::size_t p = 0; p < parameter_count; ++p)
        {
            std::ranges::data(parameter_gradients)[p] += sums[p];
        }
    }
}

/// The same for formulas without parameters, or with those at their initial values and not wanted.
template <auto List, class Inputs, class Incoming, class Gradients>
    requires expression_list<decltype(List)>
void backward(const Inputs& in, const Incoming& dout, Gradients&& din)
{
    using gradients_type = std::remove_cvref_t<decltype(detail::as_tuple(din))>;
    using T = detail::element_of<std::tuple_element_t<0, gradients_type>>;
    constexpr auto parameters = detail::initial_parameters_of_list<List, T>();
    std::array<T, parameters.size()> unused{};
    backward<List>(in, dout, din, parameters, unused);
}

} // namespace ctgrad
