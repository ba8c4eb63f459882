#include "session/topic_aliases.h"

namespace sluice::session {

void TopicAliases::Set(uint16_t alias, std::string_view topic) {
  if (names_.size() < alias) names_.resize(alias);
  std::string& name = names_[alias - 1];
  bytes_ += topic.size() - name.size();
  name.assign(topic);
}

std::string_view TopicAliases::Get(uint16_t alias) const {
  return alias <= names_.size() ? std::string_view(names_[alias - 1]) : std::string_view();
}

}  // namespace sluice::session
