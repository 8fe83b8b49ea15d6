// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <atomic>
#include <csignal>

namespace ctgrad
{

/// While it lives, the first SIGINT (Ctrl-C) sets a flag, for `.stop = interrupt.flag()` of a training:
/// that ends after its epoch. A second one does what the system does by default: it ends the program.
/// Of several, the one made last is set; they are destroyed in reverse order. The handler of before comes
/// back at the end.
class stop_on_interrupt
{
public:
    stop_on_interrupt()
    {
        static_assert(std::atomic<bool>::is_always_lock_free,
                      "a signal handler can only write to what needs no lock");
        outer_flag_ = current().exchange(&flag_);
#if defined(__unix__) || defined(__APPLE__)
        struct sigaction own = {};
        own.sa_handler = handle;
        own.sa_flags = static_cast<int>(SA_RESTART | SA_RESETHAND);
        sigemptyset(&own.sa_mask);
        sigaction(SIGINT, &own, &before_);
#else
        before_ = std::signal(SIGINT, handle);
#endif
    }

    ~stop_on_interrupt()
    {
#if defined(__unix__) || defined(__APPLE__)
        sigaction(SIGINT, &before_, nullptr);
#else
        std::signal(SIGINT, before_);
#endif
        current().store(outer_flag_);
    }

    stop_on_interrupt(const stop_on_interrupt&) = delete;
    stop_on_interrupt& operator=(const stop_on_interrupt&) = delete;

    /// Whether there was a SIGINT.
    explicit operator bool() const { return flag_.load(); }

    /// Lives as long as this.
    const std::atomic<bool>* flag() const { return &flag_; }

private:
    static std::atomic<std::atomic<bool>*>& current()
    {
        // Constant, so that the handler finds it initialised.
        static constinit std::atomic<std::atomic<bool>*> flag = nullptr;
        return flag;
    }

    static void handle(int)
    {
        if (std::atomic<bool>* const flag = current().load())
        {
            flag->store(true);
        }
    }

    std::atomic<bool> flag_ = false;
    std::atomic<bool>* outer_flag_ = nullptr;
#if defined(__unix__) || defined(__APPLE__)
    struct sigaction before_ = {};
#else
    void (*before_)(int) = SIG_DFL;
#endif
};

} // namespace ctgrad
