// SPDX-License-Identifier: BSL-1.0
#include "networks.hpp"

using namespace networks_of_benchmark;

extern "C" constinit const network_functions networks{&predict<tiny>, &predict<large>};
