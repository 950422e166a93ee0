"""When each item of a block runs: one after another where data says so, side by side where it does not.

A schedule is as fast as the graph allows: no call waits for one that it does not depend on. Where the graph is made
of series and parallel parts, it is nested sequences and groups. Where it is not (c needs a; d needs a and b), a call
that several branches wait for is started first and awaited by each of them.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from flyte_migrate.asynchronous.items import Item, closure


@dataclass(eq=False)
class Group:
    """Branches that run side by side; ``shared`` ones are started before, and awaited where they are needed."""

    branches: list[list[Step]]
    shared: list[list[Step]] = field(default_factory=list)


Step = Item | Group


def schedule(items: Sequence[Item]) -> list[Step]:
    """Steps for ``items``, which come in an order in which they could run one after another."""
    return _Scheduler(items).steps(list(items))


class _Scheduler:
    def __init__(self, items: Sequence[Item]) -> None:
        self.order = {item: number for number, item in enumerate(items)}
        self.needed = closure(items)

    def steps(self, items: list[Item]) -> list[Step]:
        calls = [i for i in items if i.has_calls]
        if len(calls) < 2:
            return list(items)
        blocks = self._series(calls)
        if len(blocks) > 1:
            return self._sequence(items, blocks)
        return self._parallel(items, calls)

    def _series(self, calls: list[Item]) -> list[list[Item]]:
        """The calls as consecutive blocks, each of which needs all of the one before."""
        blocks: list[list[Item]] = [[]]
        for number, call in enumerate(calls):
            before, after = calls[:number], calls[number:]
            if before and all(set(before) <= self.needed[later] for later in after):
                blocks.append([])
            blocks[-1].append(call)
        return blocks

    def _sequence(self, items: list[Item], blocks: list[list[Item]]) -> list[Step]:
        """Blocks one after another, every plain item in the block that needs and feeds it, or between two."""
        home = {call: number for number, block in enumerate(blocks) for call in block}
        inside: list[list[Item]] = [list(block) for block in blocks]
        between: list[list[Item]] = [[] for _ in range(len(blocks) + 1)]
        for item in items:
            if item in home:
                continue
            first = max((home[c] for c in home if c in self.needed[item]), default=-1)
            last = min((home[c] for c in home if item in self.needed[c]), default=len(blocks))
            if first == last:
                inside[first].append(item)
                continue
            place = sum(self.order[block[-1]] < self.order[item] for block in blocks)
            between[min(max(place, first + 1), last)].append(item)
        found: list[Step] = []
        for number, block in enumerate(inside):
            found += self._ordered(between[number])
            found += self.steps(self._ordered(block))
        return found + list(self._ordered(between[-1]))

    def _parallel(self, items: list[Item], calls: list[Item]) -> list[Step]:
        shared: list[Item] = []
        rest = calls
        components = self._components(rest)
        while len(components) < 2 and len(rest) > 1:
            shared.append(self._shared(rest))
            rest = [c for c in rest if c not in shared]
            components = self._components(rest)
        started = self._started(shared, calls)
        places = [*started, *components]
        home = {call: number for number, place in enumerate(places) for call in place}
        inside: list[list[Item]] = [list(place) for place in places]
        before: list[Item] = []
        after: list[Item] = []
        for item in items:
            if item.has_calls:
                continue
            feeds = {home[c] for c in calls if item in self.needed[c]}
            has_needs = any(c in self.needed[item] for c in calls)
            if feeds and has_needs:
                if len(feeds) > 1 and (item.effect or item.mutates):
                    return list(items)
                # A plain value between a shared call and several branches is computed in each of them.
                for place in feeds:
                    inside[place].append(item)
            elif has_needs or (not feeds and self.order[item] > self.order[calls[0]]):
                after.append(item)
            else:
                before.append(item)
        branches = [self.steps(self._ordered(place)) for place in inside]
        return [*before, Group(branches[len(started) :], branches[: len(started)]), *after]

    def _started(self, shared: list[Item], calls: list[Item]) -> list[list[Item]]:
        """Shared calls as branches: what is only there for one other shared call comes right before it."""
        found = [[call] for call in shared]
        for call in reversed(shared):
            users = {c for c in calls if call in c.needs or any(call in n.needs for n in self._plain_needs(c))}
            place = next(place for place in found if call in place)
            for other in found:
                # Who waits for the end of the other one anyway loses no time.
                others = users - set(other) - set(place)
                if other is not place and users & set(other) and all(other[-1] in self.needed[u] for u in others):
                    found.remove(place)
                    other[:0] = place
                    break
        return found

    def _plain_needs(self, call: Item) -> set[Item]:
        """What a call needs without other calls in between."""
        found: set[Item] = set()
        stack = [n for n in call.needs if not n.has_calls]
        while stack:
            item = stack.pop()
            if item not in found:
                found.add(item)
                stack.extend(n for n in item.needs if not n.has_calls)
        return found

    def _components(self, calls: list[Item]) -> list[list[Item]]:
        """Calls grouped by whether one needs the other, directly or not."""
        found: list[list[Item]] = []
        for call in calls:
            linked = [c for c in found if any(call in self.needed[other] or other in self.needed[call] for other in c)]
            merged = [c for component in linked for c in component] + [call]
            found = [c for c in found if c not in linked] + [sorted(merged, key=self.order.__getitem__)]
        return sorted(found, key=lambda component: self.order[component[0]])

    def _shared(self, calls: list[Item]) -> Item:
        """The call to start beforehand: it waits for nothing here, and if possible leaves several branches."""
        sources = [c for c in calls if not self.needed[c] & set(calls)]
        splitting = [s for s in sources if len(self._components([c for c in calls if c is not s])) > 1]
        return max(splitting or sources, key=lambda s: sum(s in self.needed[c] for c in calls))

    def _ordered(self, items: Collection[Item]) -> list[Item]:
        return sorted(items, key=self.order.__getitem__)
