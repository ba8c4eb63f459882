#pragma once

#include <string>
#include <utility>

#include "base/json_writer.h"
#include "base/status.h"
#include "http/message.h"

namespace sluice::app {

// How pages of the control channel answer.

inline constexpr int kOk = 200;
inline constexpr int kAccepted = 202;
inline constexpr int kBadRequest = 400;
inline constexpr int kNotFound = 404;
inline constexpr int kConflict = 409;
inline constexpr int kUnavailable = 503;

inline http::Response Refuse(int status, std::string why) {
  return {.status = status, .body = std::move(why) + "\n"};
}

// By what is wrong: the form, the moment, or what is there.
inline http::Response Refuse(const Status& why) {
  const bool passes = why.code() == StatusCode::kUnavailable;
  const bool mistake = why.code() == StatusCode::kInvalidArgument;
  return Refuse(passes ? kUnavailable : mistake ? kBadRequest : kConflict, why.message());
}

// A line of JSON: an object with the members that `write` adds.
template <typename Write>
http::Response JsonLine(int status, const Write& write) {
  http::Response response{.status = status, .content_type = "application/json"};
  JsonWriter json(&response.body);
  json.BeginObject();
  write(json);
  json.EndObject();
  response.body += '\n';
  return response;
}

}  // namespace sluice::app
