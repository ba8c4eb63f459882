#include "broker/share.h"

#include "base/status.h"

namespace sluice::broker {

std::string_view BudgetName(Budget budget) {
  constexpr std::array<std::string_view, kBudgets> kNames = {
      "connections", "sessions", "session_bytes", "subscriptions", "retained",
      "wills",       "queued",   "input",         "outgoing"};
  return kNames[static_cast<size_t>(budget)];
}

PartyRef::~PartyRef() {
  if (party_ != nullptr && --party_->holders_ == 0) party_->shares_.End(party_);
}

void Holding::BelongTo(const PartyRef& party, Budget budget, void* owner) {
  const uint64_t amount = amount_;
  Set(0);
  party_ = party;
  budget_ = budget;
  owner_ = owner;
  Set(amount);
}

void Holding::Set(uint64_t amount) {
  if (amount == amount_) return;
  SLUICE_CHECK(party_);
  if (amount_ == 0) Link();
  if (amount == 0) Unlink();
  party_->shares_.Change(&*party_, budget_, amount_, amount);
  amount_ = amount;
}

void Holding::Link() {
  Party::Part& part = party_->part(budget_);
  previous_ = part.last;
  next_ = nullptr;
  (part.last != nullptr ? part.last->next_ : part.first) = this;
  part.last = this;
}

void Holding::Unlink() {
  Party::Part& part = party_->part(budget_);
  (previous_ != nullptr ? previous_->next_ : part.first) = next_;
  (next_ != nullptr ? next_->previous_ : part.last) = previous_;
  previous_ = next_ = nullptr;
}

Shares::~Shares() { SLUICE_CHECK(parties_.empty()); }

PartyRef Shares::Of(std::string_view name, uint64_t share) {
  SLUICE_CHECK(share > 0);
  if (const auto found = parties_.find(name); found != parties_.end()) {
    return PartyRef(found->second.get());
  }
  std::unique_ptr<Party> party(new Party(this, std::string(name), share));
  Party* const raw = party.get();
  parties_.emplace(raw->name(), std::move(party));
  return PartyRef(raw);
}

Party* Shares::GivesWay(Budget budget, const Party& wants, uint64_t more) const {
  const Heap& heap = heaps_[static_cast<size_t>(budget)];
  if (heap.empty() || heap.front() == &wants) return nullptr;
  Party* const largest = heap.front();
  const bool is_larger =
      IsLarger(largest->used(budget), *largest, wants.used(budget) + more, wants);
  return is_larger ? largest : nullptr;
}

bool Shares::HoldTheSame(Budget budget, const Party& one, const Party& other) {
  return one.used(budget) * other.share_ == other.used(budget) * one.share_;
}

void Shares::Change(Party* party, Budget budget, uint64_t from, uint64_t to) {
  Party::Part& part = party->part(budget);
  part.used += to - from;  // wraps around and back
  used_[static_cast<size_t>(budget)] += to - from;
  if (part.used == 0) return RemoveFromHeap(budget, party);
  if (part.place == Party::kNowhere) {
    Heap& heap = heaps_[static_cast<size_t>(budget)];
    heap.push_back(party);
    part.place = heap.size() - 1;
  }
  to > from ? Raise(budget, part.place) : Lower(budget, part.place);
}

void Shares::Put(Budget budget, size_t place, Party* party) {
  heaps_[static_cast<size_t>(budget)][place] = party;
  party->part(budget).place = place;
}

void Shares::Raise(Budget budget, size_t place) {
  Heap& heap = heaps_[static_cast<size_t>(budget)];
  Party* const party = heap[place];
  while (place > 0) {
    const size_t above = (place - 1) / 2;
    if (!IsLarger(party->used(budget), *party, heap[above]->used(budget), *heap[above])) break;
    Put(budget, place, heap[above]);
    place = above;
  }
  Put(budget, place, party);
}

void Shares::Lower(Budget budget, size_t place) {
  Heap& heap = heaps_[static_cast<size_t>(budget)];
  Party* const party = heap[place];
  for (size_t below; (below = 2 * place + 1) < heap.size(); place = below) {
    const auto larger = [&](size_t one, size_t other) {
      return IsLarger(heap[one]->used(budget), *heap[one], heap[other]->used(budget), *heap[other]);
    };
    if (below + 1 < heap.size() && larger(below + 1, below)) ++below;
    if (!IsLarger(heap[below]->used(budget), *heap[below], party->used(budget), *party)) break;
    Put(budget, place, heap[below]);
  }
  Put(budget, place, party);
}

void Shares::RemoveFromHeap(Budget budget, Party* party) {
  const size_t place = std::exchange(party->part(budget).place, Party::kNowhere);
  if (place == Party::kNowhere) return;
  Heap& heap = heaps_[static_cast<size_t>(budget)];
  Party* const last = heap.back();
  heap.pop_back();
  if (last == party) return;
  Put(budget, place, last);
  Raise(budget, place);
  Lower(budget, last->part(budget).place);
}

void Shares::End(Party* party) { parties_.erase(parties_.find(party->name())); }

void Shares::CheckInvariants() const {
  for (size_t i = 0; i < kBudgets; ++i) {
    const auto budget = static_cast<Budget>(i);
    uint64_t used = 0;
    size_t users = 0;
    for (const auto& [name, party] : parties_) {
      SLUICE_CHECK(name == party->name() && party->holders_ > 0);
      SLUICE_CHECK(party->used(budget) == SumOf(budget, *party));
      used += party->used(budget);
      users += party->used(budget) > 0 ? 1 : 0;
    }
    SLUICE_CHECK(used == used_[i] && users == heaps_[i].size());
    CheckHeap(budget);
  }
}

void Shares::CheckHeap(Budget budget) const {
  const Heap& heap = heaps_[static_cast<size_t>(budget)];
  for (size_t place = 0; place < heap.size(); ++place) {
    const Party& party = *heap[place];
    const Party& above = *heap[place == 0 ? 0 : (place - 1) / 2];
    SLUICE_CHECK(party.part(budget).place == place && party.used(budget) > 0);
    SLUICE_CHECK(!IsLarger(party.used(budget), party, above.used(budget), above));
  }
}

uint64_t Shares::SumOf(Budget budget, const Party& party) {
  uint64_t sum = 0;
  const Holding* before = nullptr;
  for (const Holding* h = party.part(budget).first; h != nullptr; before = h, h = h->next_) {
    SLUICE_CHECK(&*h->party_ == &party && h->budget_ == budget && h->previous_ == before);
    SLUICE_CHECK(h->amount_ > 0);
    sum += h->amount_;
  }
  SLUICE_CHECK(party.part(budget).last == before);
  return sum;
}

}  // namespace sluice::broker
