#include "journal/journal_shared.h"

namespace sluice::journal {

bool JournalShared::NoteWork(bool urgent) {
  work = true;
  if (sleep == Sleep::kAwake || sleep == Sleep::kResting) return false;
  if (sleep == Sleep::kGathering && !urgent) return false;
  sleep = Sleep::kAwake;
  return true;
}

}  // namespace sluice::journal
