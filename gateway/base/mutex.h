#pragma once

#include <condition_variable>
#include <mutex>

#include "base/clock.h"

// What a mutex guards, said to the compiler: clang's -Wthread-safety (`./run lint`) refuses an
// access without the lock. Other compilers see nothing of it.
#if defined(__clang__)
#define SLUICE_THREAD_ATTRIBUTE(x) __attribute__((x))
#else
#define SLUICE_THREAD_ATTRIBUTE(x)
#endif

// Of a member: read and written only with the mutex held.
#define SLUICE_GUARDED_BY(mutex) SLUICE_THREAD_ATTRIBUTE(guarded_by(mutex))
// Of a function: the caller holds the mutex.
#define SLUICE_REQUIRES(...) SLUICE_THREAD_ATTRIBUTE(requires_capability(__VA_ARGS__))

namespace sluice {

// std::mutex, in a type that the analysis understands; libstdc++'s has no attributes.
class SLUICE_THREAD_ATTRIBUTE(capability("mutex")) Mutex {
 public:
  Mutex() = default;
  Mutex(const Mutex&) = delete;
  Mutex& operator=(const Mutex&) = delete;

  void Lock() SLUICE_THREAD_ATTRIBUTE(acquire_capability()) { mutex_.lock(); }
  void Unlock() SLUICE_THREAD_ATTRIBUTE(release_capability()) { mutex_.unlock(); }
  // Tells the analysis that the mutex is held, where it cannot follow: under another name. Does
  // nothing.
  void AssertHeld() const SLUICE_THREAD_ATTRIBUTE(assert_capability(this)) {}

 private:
  friend class ConditionVariable;
  std::mutex mutex_;
};

class SLUICE_THREAD_ATTRIBUTE(scoped_lockable) MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) SLUICE_THREAD_ATTRIBUTE(acquire_capability(mutex))
      : mutex_(mutex) {
    mutex_.Lock();
  }
  ~MutexLock() SLUICE_THREAD_ATTRIBUTE(release_capability()) { mutex_.Unlock(); }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

 private:
  Mutex& mutex_;
};

// Waits take no predicate, because the analysis cannot see that a lambda runs with the lock: wait
// in a loop. Each releases the mutex while it waits, and may end for no reason.
class ConditionVariable {
 public:
  void Wait(Mutex& mutex) SLUICE_REQUIRES(mutex) {
    std::unique_lock lock(mutex.mutex_, std::adopt_lock);
    wake_.wait(lock);
    lock.release();
  }
  // False once `deadline` has passed.
  bool WaitUntil(Mutex& mutex, MonotonicTime deadline) SLUICE_REQUIRES(mutex) {
    std::unique_lock lock(mutex.mutex_, std::adopt_lock);
    const bool in_time = wake_.wait_until(lock, deadline) == std::cv_status::no_timeout;
    lock.release();
    return in_time;
  }

  void NotifyOne() { wake_.notify_one(); }
  void NotifyAll() { wake_.notify_all(); }

 private:
  std::condition_variable wake_;
};

}  // namespace sluice
