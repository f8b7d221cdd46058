"""Every sentence about a risk that a reader meets: templates with named fields, in one place.

So they can be read through, and translated, as a whole. Nothing here speaks of what somebody is
like: only of hours, travel, shifts and the like.
"""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["SENTENCES"]

# A second template is for one person.
SENTENCES: Mapping[str, str | tuple[str, str]] = {
    # How many of 100. {number} is such as `about 38`.
    "figure.leaving": (
        "Of 100 people like this, {number} ({low} to {high}) leave within {time}.",
        "Of 100 people like this, {number} ({low} to {high}) leaves within {time}.",
    ),
    "figure.withdrawal": (
        "Of 100 people like this, {number} ({low} to {high}) withdraw before the first day.",
        "Of 100 people like this, {number} ({low} to {high}) withdraws before the first day.",
    ),
    # The same of somebody who has been in the job for more than a week.
    "figure.stayed": (
        "Of 100 people like this who have stayed for {days} days, {number} ({low} to {high}) "
        "leave before the first {time} are over.",
        "Of 100 people like this who have stayed for {days} days, {number} ({low} to {high}) "
        "leaves before the first {time} are over.",
    ),
    "like-this": (
        "‘Like this’ means with the same hours, travel, shifts and so on. It does not say what "
        "this person will do."
    ),
    "net.leaving": (
        "It counts people who choose to go. It is what you would see if the employer did not end "
        "it first."
    ),
    "net.withdrawal": (
        "It counts people who choose to step back, from the stage that this person has reached. It "
        "is what you would see if the employer did not end it first."
    ),
    "number": "about {number}",
    "number.least": "fewer than 1",
    "number.most": "more than 99",
    # Rates beside it.
    "provider.leaving": (
        "At this provider, {number} of 100 ({low} to {high}) leave within {time}.",
        "At this provider, {number} of 100 ({low} to {high}) leaves within {time}.",
    ),
    "provider.withdrawal": (
        "At this provider, {number} of 100 ({low} to {high}) withdraw before the first day.",
        "At this provider, {number} of 100 ({low} to {high}) withdraws before the first day.",
    ),
    "provider.stayed": (
        "At this provider, {number} of 100 ({low} to {high}) who have stayed so long leave before "
        "the first {time} are over.",
        "At this provider, {number} of 100 ({low} to {high}) who have stayed so long leaves before "
        "the first {time} are over.",
    ),
    "provider.none": "There is no rate of this provider's own yet.",
    "pooled.leaving": (
        "At all providers together, {number} of 100 leave within {time}. From one to the next it "
        "differs: {low} to {high}.",
        "At all providers together, {number} of 100 leaves within {time}. From one to the next it "
        "differs: {low} to {high}.",
    ),
    "pooled.withdrawal": (
        "At all providers together, {number} of 100 withdraw before the first day. From one to the "
        "next it differs: {low} to {high}.",
        "At all providers together, {number} of 100 withdraws before the first day. From one to "
        "the next it differs: {low} to {high}.",
    ),
    "pooled.stayed": (
        "At all providers together, {number} of 100 who have stayed so long leave before the "
        "first {time} are over. From one to the next it differs: {low} to {high}.",
        "At all providers together, {number} of 100 who have stayed so long leaves before the "
        "first {time} are over. From one to the next it differs: {low} to {high}.",
    ),
    "england": "England: {measure} was {rate} in {year}. Source: {source}.",
    "england.what": (
        "That counts all who left in a year against all staff. It is not the risk of a new "
        "starter, so the two cannot be compared like for like."
    ),
    "england.none": "There is no figure for England to set beside it.",
    # Bands, where the evidence does not carry a figure.
    "band.lower.leaving": "People like this leave less often than is usual here.",
    "band.lower/usual.leaving": "People like this leave as often as is usual here, or less often.",
    "band.usual.leaving": "People like this leave about as often as is usual here.",
    "band.usual/higher.leaving": "People like this leave as often as is usual here, or more often.",
    "band.higher.leaving": "People like this leave more often than is usual here.",
    "band.lower/usual/higher.leaving": (
        "People like this may leave less often, as often or more often than is usual here. Nobody "
        "can tell which."
    ),
    "band.lower.withdrawal": "People like this withdraw less often than is usual here.",
    "band.lower/usual.withdrawal": (
        "People like this withdraw as often as is usual here, or less often."
    ),
    "band.usual.withdrawal": "People like this withdraw about as often as is usual here.",
    "band.usual/higher.withdrawal": (
        "People like this withdraw as often as is usual here, or more often."
    ),
    "band.higher.withdrawal": "People like this withdraw more often than is usual here.",
    "band.lower/usual/higher.withdrawal": (
        "People like this may withdraw less often, as often or more often than is usual here. "
        "Nobody can tell which."
    ),
    "band.why": (
        "There is no number: what has been seen so far does not carry one. The words rest on "
        "published figures more than on yours."
    ),
    # Why there is no figure, where nothing else says so.
    "none": "There is no figure for this person.",
    "none.because": "There is no figure for this person. The reason, in English: {reason}",
    "none.level": (
        "There is no figure for this person: so far too little is known to say anything about one "
        "person."
    ),
    "none.model": "There is no model for this yet, so there is no figure.",
    "none.past": "This person has started work, so it no longer applies.",
    # Evidence levels.
    "level.L0": "Too little to say anything about one person. There is only a rate for all.",
    "level.L1": "Little. It can say more or less often than usual, but gives no number.",
    "level.L2": (
        "Some. The model held up at providers that it had not seen. Each number comes with how far "
        "it may be out."
    ),
    "level.L3": (
        "Enough. There are as many people as published rules ask for. Each number still comes with "
        "how far it may be out."
    ),
    "seen.leaving": (
        "So far {number} people have been seen to leave within {time}.",
        "So far {number} person has been seen to leave within {time}.",
    ),
    "seen.withdrawal": (
        "So far {number} people have been seen to withdraw.",
        "So far {number} person has been seen to withdraw.",
    ),
    # Reasons: the situation, first where it lies above what is usual, then below.
    "reason.travel.above": "The round is {value} minutes away; {usual} is usual.",
    "reason.travel.below": "The round is {value} minutes away; {usual} is usual.",
    "reason.hours-shortfall.above": (
        "The job has {value} hours a week fewer than they want; {usual} fewer is usual."
    ),
    "reason.hours-shortfall.below": (
        "The job has {value} hours a week fewer than they want; {usual} fewer is usual."
    ),
    "reason.hours-shortfall.none": "The job has all the hours that they want.",
    "reason.shift-mismatch.above": "{value} of the shifts suit them; {usual} is usual.",
    "reason.shift-mismatch.below": "{value} of the shifts suit them; {usual} is usual.",
    "reason.no-guaranteed-hours.above": "The job has no guaranteed hours.",
    "reason.no-guaranteed-hours.below": "The job has guaranteed hours.",
    "reason.no-transport.above": "They have no car, moped or bicycle of their own for the round.",
    "reason.no-transport.below": "They have a car, moped or bicycle of their own for the round.",
    "reason.new-to-care.above": "Care is a new kind of work for them.",
    "reason.new-to-care.below": "They have worked in care before.",
    "reason.referred.above": "Somebody who works here told them about the job.",
    "reason.referred.below": "They came to the job without knowing somebody who works here.",
    "reason.slow-contact.above": (
        "The first call came {value} hours after they applied; {usual} is usual."
    ),
    "reason.slow-contact.below": (
        "The first call came {value} hours after they applied; {usual} is usual."
    ),
    "reason.composite.above": "The result of the assessment is {value}; {usual} is usual.",
    "reason.composite.below": "The result of the assessment is {value}; {usual} is usual.",
    # Reasons for an effect that somebody declared themselves, by its form.
    "reason.number.above": "{label}: {value}; {usual} is usual.",
    "reason.number.below": "{label}: {value}; {usual} is usual.",
    "reason.share.above": "{label}: {value}; {usual} is usual.",
    "reason.share.below": "{label}: {value}; {usual} is usual.",
    "reason.yes-no.above": "{label}: yes.",
    "reason.yes-no.below": "{label}: no.",
    "reason.more.leaving": "Goes with leaving more often",
    "reason.less.leaving": "Goes with leaving less often",
    "reason.more.withdrawal": "Goes with withdrawing more often",
    "reason.less.withdrawal": "Goes with withdrawing less often",
    "reason.none": "No single fact stands out from the rest.",
    "reason.usual": (
        "‘Usual’ is the value that the model compares with. It is set by hand, not an average of "
        "your staff."
    ),
    "unknown": "Not known: {facts}. Ask, and the figure may change.",
    "group.practical": "practical",
    "group.assessment": "assessment",
    "group.workplace": "workplace",
    # What the employer can do. {change} is one of those below.
    "change.leaving": (
        "{change} goes with about {number} fewer in 100 leaving within {time} ({range})."
    ),
    "change.withdrawal": "{change} goes with about {number} fewer in 100 withdrawing ({range}).",
    "change.stayed": (
        "{change} goes with about {number} fewer in 100 leaving before the first {time} are over "
        "({range})."
    ),
    "change.less.leaving": "{change} goes with leaving less often.",
    "change.less.withdrawal": "{change} goes with withdrawing less often.",
    "change.fewer": "{low} to {high} fewer",
    "change.spanning": "from {low} more to {high} fewer",
    "change.guaranteed-hours": "A contract with guaranteed hours",
    "change.nearer-round": "A round {then} minutes away, not {now},",
    "change.hours-as-wanted": "A job with all the hours that they want",
    "change.rota-match": "A rota where {then} of the shifts suit, not {now},",
    "change.walking-round": "A round that needs no transport of their own",
    "change.faster-contact": "A first call within {then} hours, not {now},",
    "change.past": (
        "For this person that call is past. Answer within a day from now on, and call the next "
        "one sooner."
    ),
    "change.note": (
        "These are comparisons with people in another situation. They are not promises: nobody "
        "has tested what the change itself does. Do not add them up."
    ),
    "practice": "{why} Good practice; not modelled.",
    "practice.note": "The model knows nothing of these, so it cannot say how much they help.",
    "practice.travel-pay": "Time between visits counts for the minimum wage. Pay it, and say so.",
    "practice.keep-in-touch": "Say what comes next and when. People drop out while they wait.",
    "practice.buddy": "One person to ask makes the first weeks less lonely.",
    "practice.shadow-shift": "Seeing a round first lets people know what they say yes to.",
    "practice.induction": "Training and time with a colleague help where the work is new.",
    "action.guaranteed-hours": "Offer guaranteed hours",
    "action.nearer-round": "Offer a round nearer to home",
    "action.hours-as-wanted": "Offer the hours that they want",
    "action.rota-match": "Plan shifts that suit them",
    "action.walking-round": "Offer a walking round, or a car or bicycle to use",
    "action.faster-contact": "Call sooner",
    "action.travel-pay": "Pay travel time and mileage",
    "action.keep-in-touch": "Call today, and stay in touch up to the first day",
    "action.buddy": "Name a buddy for the first 12 weeks",
    "action.shadow-shift": "Offer a paid shadow shift",
    "action.induction": "Plan the first weeks with them",
    "who.manager": "Manager",
    "who.rota": "Whoever plans the rota",
    "who.recruiter": "Recruiter",
    "who.team": "Team leader",
    # Time.
    "time.days": ("{days} days", "{days} day"),
    "time.year": "12 months",
    # The panel.
    "panel.title": "What would help this person to start and stay",
    "chart": (
        "A picture of 100 people. {number} are filled in. The shading shows the range: the number "
        "may be anything from {low} to {high}."
    ),
    "chart.key": (
        "100 people: those filled in are the number. The shaded squares are the range it may lie "
        "in."
    ),
    # How to use it.
    "use.decide": "Use it to decide how to help. It says nothing about who should get the job.",
    "use.situation": (
        "It looks at the situation, such as hours and travel. It knows nothing of the person's "
        "nature, health, age, sex, race, religion or family."
    ),
    "use.weak": (
        "Facts such as these tell people apart only a little better than chance. Expect it to be "
        "wrong about many people."
    ),
    "use.range": (
        "Read the range, not just the number. Two people with ranges that overlap may well not "
        "differ."
    ),
    "use.contest": (
        "The candidate may ask to see it, put facts right, and have a person look again."
    ),
    "simulated": (
        "Simulated. The model was trained on careers that a computer made up, to practise on. It "
        "knows nothing of real people."
    ),
}
