// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>

/// The message of the error that `action` throws; empty when it throws none.
template <class Error>
std::string message_of(auto action)
{
    try
    {
        action();
    }
    catch (const Error& error)
    {
        return error.what();
    }
    return "";
}
