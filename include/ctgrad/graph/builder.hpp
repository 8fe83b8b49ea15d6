// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/graph/operation.hpp>

#include <bit>

namespace ctgrad
{

enum class node_kind : unsigned char
{
    constant,
    variable,
    parameter,
    applied
};

/// One value of a graph: a constant, a leaf, or an operation on earlier nodes.
struct node
{
    node_kind kind = node_kind::constant;
    /// One value for the whole row: constants, parameters, reductions and what follows from them.
    bool uniform = true;
    const operation* op = nullptr;
    operand_indices operands{-1, -1, -1};
    /// The constant, or the initial value of a parameter.
    double value = 0.0;
    std::string_view name{};
    /// Of a parameter as it was traced; layers ask for it, lowering forgets it.
    parameter_scope scope = per_layer;

    constexpr bool is(const operation& other) const { return op == &other; }
    constexpr bool is_constant() const { return kind == node_kind::constant; }
    constexpr int operand(int k) const { return operands[static_cast<std::size_t>(k)]; }
};

/// A graph under construction. Equal nodes are one node (hash-consing), constants are folded and
/// each new node passes the rewrite rules, so a graph is simplified by being built. Operands come
/// before the nodes that use them.
class graph_builder
{
public:
    static constexpr int capacity = 1024;

    constexpr graph_builder() = default;

    /// A graph for lowering: operations are being taken apart, so rules that would put them together
    /// again or undo shared reciprocals do not apply.
    constexpr explicit graph_builder(bool lowering) : lowering_(lowering) {}

    constexpr bool lowering() const { return lowering_; }

    constexpr int size() const { return size_; }
    constexpr const node& operator[](int index) const
    {
        return nodes_[static_cast<std::size_t>(index)];
    }

    constexpr int constant(double value)
    {
        node made{};
        made.value = value;
        return intern(made);
    }

    constexpr int variable(std::string_view name)
    {
        node made{};
        made.kind = node_kind::variable;
        made.uniform = false;
        made.name = name;
        return intern(made);
    }

    constexpr int parameter(std::string_view name, double initial,
                            parameter_scope scope = per_layer)
    {
        node made{};
        made.kind = node_kind::parameter;
        made.value = initial;
        made.scope = scope;
        made.name = name;
        return intern(made);
    }

    /// The node of an operation on operands, simplified.
    constexpr int apply(const operation& op, operand_indices operands);

    /// The node of an operation on operands exactly as they are.
    constexpr int apply_as_it_is(const operation& op, operand_indices operands)
    {
        node made{};
        made.kind = node_kind::applied;
        made.op = &op;
        made.operands = operands;
        if (op.over_row == reduction::none && !op.row_valued)
        {
            for (const int operand : operands)
            {
                made.uniform = made.uniform && (operand < 0 || (*this)[operand].uniform);
            }
        }
        return intern(made);
    }

private:
    static constexpr int table_size = 2 * capacity;

    static constexpr std::uint64_t mix(std::uint64_t hash, std::uint64_t more)
    {
        hash = (hash ^ more) * 0x9e3779b97f4a7c15u;
        return hash ^ (hash >> 29);
    }

    static constexpr std::uint64_t hash_of(const node& made)
    {
        if (made.kind == node_kind::applied)
        {
            const auto low = static_cast<std::uint64_t>(made.operands[0] + 1);
            const auto middle = static_cast<std::uint64_t>(made.operands[1] + 1);
            const auto high = static_cast<std::uint64_t>(made.operands[2] + 1);
            return mix(made.op->hash, low | (middle << 20) | (high << 40));
        }
        if (made.kind == node_kind::constant)
        {
            return mix(1, std::bit_cast<std::uint64_t>(made.value));
        }
        return mix(2, detail::hash_of(made.name));
    }

    static constexpr bool same(const node& a, const node& b)
    {
        if (a.kind != b.kind)
        {
            return false;
        }
        if (a.kind == node_kind::applied)
        {
            return a.op == b.op && a.operands == b.operands;
        }
        if (a.kind == node_kind::constant)
        {
            return std::bit_cast<std::uint64_t>(a.value) == std::bit_cast<std::uint64_t>(b.value);
        }
        return a.name == b.name;
    }

    constexpr int intern(const node& made)
    {
        auto slot = hash_of(made) % table_size;
        while (table_[slot] != 0)
        {
            const int index = table_[slot] - 1;
            if (same((*this)[index], made))
            {
                return index;
            }
            slot = (slot + 1) % table_size;
        }
        if (size_ == capacity)
        {
            a_formula_has_too_many_nodes();
        }
        nodes_[static_cast<std::size_t>(size_)] = made;
        table_[slot] = ++size_;
        return size_ - 1;
    }

    // Not constexpr: reaching it stops the compilation, and compilers print its name.
    static void a_formula_has_too_many_nodes()
    {
        throw "ctgrad: an expression with its derivatives has more than 1,024 distinct nodes; "
              "split it; see docs/errors.md#too-many-nodes";
    }

    std::array<node, capacity> nodes_{};
    std::array<int, table_size> table_{};
    int size_ = 0;
    bool lowering_ = false;
};

} // namespace ctgrad
