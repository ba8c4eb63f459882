#include "admin/form.h"

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "base/percent.h"

namespace sluice::admin {

Result<Form> Form::Parse(std::string_view text) {
  Form form;
  while (!text.empty()) {
    const size_t end = std::min(text.find('&'), text.size());
    const std::string_view member = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const size_t equals = member.find('=');
    auto name = PercentDecoded(member.substr(0, equals));
    auto value = equals == member.npos ? std::nullopt : PercentDecoded(member.substr(equals + 1));
    if (!name || name->empty() || !value) {
      return Status::InvalidArgument("this is no form, as in route=r1&from=7");
    }
    const auto [at, is_new] = form.members_.emplace(std::move(*name), std::move(*value));
    if (!is_new) return Status::InvalidArgument("it says " + Printable(at->first) + " twice");
  }
  return form;
}

const std::string* Form::Find(std::string_view name) const {
  const auto found = members_.find(name);
  return found == members_.end() ? nullptr : &found->second;
}

Status Form::ExpectOnly(std::initializer_list<std::string_view> names) const {
  for (const auto& [name, value] : members_) {
    if (std::find(names.begin(), names.end(), name) != names.end()) continue;
    return Status::InvalidArgument("it knows no member " + Printable(name));
  }
  return Status::Ok();
}

void AppendMember(std::string_view name, std::string_view value, std::string* form) {
  if (!form->empty()) form->push_back('&');
  AppendPercentEncoded(name, form);
  form->push_back('=');
  AppendPercentEncoded(value, form);
}

}  // namespace sluice::admin
