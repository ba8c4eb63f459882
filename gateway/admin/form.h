#pragma once

#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/status.h"

namespace sluice::admin {

// What a command on the control socket is told: application/x-www-form-urlencoded, as the body of a
// POST or the query of a GET. "route=r1&from=7".
class Form {
 public:
  // kInvalidArgument, with words for people, for what is no form or says one thing twice. How large
  // it is the request's bound says.
  static Result<Form> Parse(std::string_view text);

  // Null: not there.
  const std::string* Find(std::string_view name) const;
  // A misspelt member would otherwise be passed over: kInvalidArgument if there is any but these.
  Status ExpectOnly(std::initializer_list<std::string_view> names) const;

 private:
  std::map<std::string, std::string, std::less<>> members_;
};

// The same from the other side: appends "&name=value", without the & at the front of an empty text.
void AppendMember(std::string_view name, std::string_view value, std::string* form);

}  // namespace sluice::admin
