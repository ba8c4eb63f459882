#pragma once

#include <cassert>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace sluice {

// What kind of thing went wrong in the environment (files, network, configuration). A peer's fault
// is not a Status but an MQTT reason code; our own fault is a SLUICE_CHECK.
enum class StatusCode : uint8_t {
  kOk,
  kInvalidArgument,  // the caller's or the user's input; the message says what, where, what to do
  kNotFound,
  kAlreadyExists,
  kCorruption,  // stored bytes do not say what was written
  kIoError,
  kNoSpace,            // the medium or a quota on it is full
  kResourceExhausted,  // a bound of ours is reached; try later
  kUnavailable,        // the other side is not there now; try later
  kPermissionDenied,
  kCancelled,
  kUnimplemented,
};

std::string_view StatusCodeName(StatusCode code);

// The outcome of an operation. An OK status owns nothing and is cheap to copy.
class [[nodiscard]] Status {
 public:
  Status() = default;
  Status(StatusCode code, std::string message) : code_(code), message_(std::move(message)) {}

  static Status Ok() { return {}; }
  static Status InvalidArgument(std::string m) {
    return {StatusCode::kInvalidArgument, std::move(m)};
  }
  static Status NotFound(std::string m) { return {StatusCode::kNotFound, std::move(m)}; }
  static Status Corruption(std::string m) { return {StatusCode::kCorruption, std::move(m)}; }
  static Status IoError(std::string m) { return {StatusCode::kIoError, std::move(m)}; }
  static Status Unavailable(std::string m) { return {StatusCode::kUnavailable, std::move(m)}; }
  // The status of a failed system call: `what` (operation and path), then strerror(error_number).
  // ENOENT becomes kNotFound, ENOSPC and EDQUOT kNoSpace, EACCES and EPERM kPermissionDenied,
  // EEXIST kAlreadyExists, EMFILE, ENFILE and ENOMEM kResourceExhausted, everything else kIoError.
  static Status FromErrno(int error_number, std::string_view what);

  bool ok() const { return code_ == StatusCode::kOk; }
  StatusCode code() const { return code_; }
  const std::string& message() const { return message_; }
  // "no space: write /data/telemetry/0.seg: No space left on device", or "ok".
  std::string ToString() const;

 private:
  StatusCode code_ = StatusCode::kOk;
  std::string message_;
};

// A value, or the status that says why there is none (never an OK one).
template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : value_(std::move(value)) {}  // NOLINT(google-explicit-constructor)
  Result(Status status) : status_(std::move(status)) { assert(!status_.ok()); }  // NOLINT

  bool ok() const { return value_.has_value(); }
  const Status& status() const { return status_; }
  T& value() & { return *value_; }
  const T& value() const& { return *value_; }
  T&& value() && { return std::move(*value_); }
  T& operator*() & { return *value_; }
  const T& operator*() const& { return *value_; }
  T* operator->() { return &*value_; }
  const T* operator->() const { return &*value_; }

 private:
  std::optional<T> value_;
  Status status_;
};

// Returns the status of `expression` from the enclosing function unless it is OK.
#define SLUICE_RETURN_IF_ERROR(expression)                                      \
  do {                                                                          \
    if (::sluice::Status status_ = (expression); !status_.ok()) return status_; \
  } while (false)

// An assertion about ourselves; stays on in release builds. A failure prints and aborts.
#define SLUICE_CHECK(condition)                        \
  (static_cast<bool>(condition) ? static_cast<void>(0) \
                                : ::sluice::CheckFailed(#condition, __FILE__, __LINE__))

[[noreturn]] void CheckFailed(const char* condition, const char* file, int line);

}  // namespace sluice
