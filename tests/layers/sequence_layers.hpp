// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "../network/check_gradients.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <vector>

/// A network with these parameters, which it gives back as they were.
template <class Network>
Network with_parameters(const std::vector<double>& values)
{
    using T = typename Network::value_type;
    Network net;
    net.import_parameters(std::vector<T>(values.begin(), values.end()));
    std::vector<T> exported(values.size());
    net.export_parameters(exported);
    BOOST_TEST(std::equal(exported.begin(), exported.end(), values.begin(), values.end(),
                          [](T a, double b) { return a == static_cast<T>(b); }));
    return net;
}
