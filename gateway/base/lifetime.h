#pragma once

#include <memory>
#include <utility>

namespace sluice {

// A member of something that tasks refer to which may run when it is gone: they keep a Watch and
// look at it first. One thread.
class Lifetime {
 public:
  class Watch {
   public:
    bool over() const { return token_.expired(); }

   private:
    friend class Lifetime;
    explicit Watch(std::weak_ptr<char> token) : token_(std::move(token)) {}
    std::weak_ptr<char> token_;
  };

  Lifetime() = default;
  Lifetime(const Lifetime&) = delete;
  Lifetime& operator=(const Lifetime&) = delete;

  Watch watch() const { return Watch(token_); }
  // Ends it for everybody who watches, and begins another.
  void Renew() { token_ = std::make_shared<char>(); }

 private:
  std::shared_ptr<char> token_ = std::make_shared<char>();
};

}  // namespace sluice
