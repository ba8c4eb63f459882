#include "transport/crowd.h"

#include "base/status.h"

namespace sluice::transport {

Crowd::Rank Crowd::RankOf(const Sources::value_type& source) {
  const auto& [address, members] = source;
  return {members.silent.size() + members.busy.size(), ~members.first().front()->since_, address};
}

template <typename Change>
void Crowd::Update(Sources::iterator source, Change change) {
  const auto is_empty = [&] { return source->second.first().empty(); };
  if (!is_empty()) order_.erase(RankOf(*source));
  change(source->second);
  if (is_empty()) {
    sources_.erase(source);
  } else {
    order_.insert(RankOf(*source));
  }
}

void Crowd::Member::Join(Crowd* crowd, const SourceAddress& source) {
  Leave();
  crowd_ = crowd;
  source_ = crowd->sources_.try_emplace(source).first;
  silent_ = true;
  since_ = ++crowd->changes_;
  ++crowd->size_;
  crowd->Update(source_, [this](Source& s) { place_ = s.silent.insert(s.silent.end(), this); });
}

void Crowd::Member::Leave() {
  if (crowd_ == nullptr) return;
  --crowd_->size_;
  crowd_->Update(source_, [this](Source& s) { (silent_ ? s.silent : s.busy).erase(place_); });
  crowd_ = nullptr;
}

void Crowd::Member::SetSilent(bool silent) {
  if (crowd_ == nullptr) return;
  crowd_->Update(source_, [&](Source& s) {
    auto& to = silent ? s.silent : s.busy;
    to.splice(to.end(), silent_ ? s.silent : s.busy, place_);
    silent_ = silent;
    since_ = ++crowd_->changes_;
  });
}

size_t Crowd::largest_share() const { return order_.empty() ? 0 : std::get<0>(*order_.rbegin()); }

Crowd::Member* Crowd::FirstToGo(bool silent_only) const {
  for (auto rank = order_.rbegin(); rank != order_.rend(); ++rank) {
    const Source& source = sources_.at(std::get<2>(*rank));
    if (!source.silent.empty() || !silent_only) return source.first().front();
  }
  return nullptr;
}

void Crowd::CheckInvariants() const {
  size_t size = 0;
  for (const auto& source : sources_) {
    const Source& members = source.second;
    SLUICE_CHECK(!members.first().empty() && order_.contains(RankOf(source)));
    Check(members.silent, true, source);
    Check(members.busy, false, source);
    size += members.silent.size() + members.busy.size();
  }
  SLUICE_CHECK(size == size_ && order_.size() == sources_.size());
}

void Crowd::Check(const std::list<Member*>& members, bool silent,
                  const Sources::value_type& source) {
  uint64_t before = 0;
  for (const Member* member : members) {
    SLUICE_CHECK(&*member->source_ == &source && member->silent_ == silent);
    SLUICE_CHECK(before < member->since_);
    before = member->since_;
  }
}

}  // namespace sluice::transport
