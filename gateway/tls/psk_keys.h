#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>

#include "base/mutex.h"

namespace sluice::tls {

// Pre-shared keys by the names under which clients offer them. Handshakes on worker threads look
// into a snapshot, which is replaced as a whole: nobody waits for anybody. Any thread.
class PskKeys {
 public:
  using Keys = std::map<std::string, std::string, std::less<>>;  // bytes, by name

  void Set(Keys keys) {
    auto next = std::make_shared<const Keys>(std::move(keys));
    const MutexLock lock(mutex_);
    keys_ = std::move(next);
  }
  std::shared_ptr<const Keys> Get() const {
    const MutexLock lock(mutex_);
    return keys_;
  }

 private:
  mutable Mutex mutex_;
  std::shared_ptr<const Keys> keys_ SLUICE_GUARDED_BY(mutex_) = std::make_shared<const Keys>();
};

}  // namespace sluice::tls
