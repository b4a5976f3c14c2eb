"""The words of the demo data: handles, tag names and the text of notes."""


def listed(text):
    """Return the parts of `text` between the bars."""
    return text.split("|")


ADJECTIVES = listed(
    "amber|bold|brisk|calm|clever|copper|coral|crisp|dusty|eager|early|fair|fond|"
    "gentle|golden|green|happy|hazel|honest|icy|jolly|keen|kind|late|lively|lucky|"
    "mellow|merry|misty|modest|noble|olive|pale|plain|proud|quick|quiet|rapid|rosy|"
    "rustic|shy|silent|silver|sleepy|smoky|snowy|solid|steady|sunny|swift|tidy|urban|"
    "velvet|warm|wild|wise"
)

ANIMALS = listed(
    "badger|beaver|bison|bittern|crane|curlew|deer|dove|eagle|egret|falcon|ferret|"
    "finch|fox|gecko|gull|hare|heron|ibex|jackdaw|jay|kestrel|koala|lark|lemur|linnet|"
    "lynx|magpie|marmot|marten|mole|moose|newt|otter|owl|panda|petrel|pika|plover|"
    "puffin|quail|raven|robin|seal|shrew|sparrow|stoat|swan|tapir|tern|toad|trout|vole|"
    "walrus|wren|yak"
)

TAG_NAMES = listed(
    "work|home|garden|kitchen|reading list|ideas|urgent|someday|waiting|errands|health|"
    "running|travel|Lisbon trip|recipes|budget|taxes 2024|taxes 2025|car|bike|school|"
    "birthday|gifts|meetings|1:1|retro|release|bugs|design|research|interviews|hiring|"
    "onboarding|contracts|invoices|suppliers|house move|repairs|music|piano|films|"
    "books|quotes|language|Português|français|日本語|photos|archive|draft|review|"
    "follow-up|weekly|monthly|goals|habits|sleep|journal|dreams|volunteering|football|"
    "choir|café"
)

WIDGET_NAMES = listed(
    "Today|This week|Open tasks|Shopping|Meetings|Reading|Waiting for|Ideas|Garden|"
    "Travel plans|Done recently|Inbox|Recipes|Project board|Birthdays|Bills"
)

TOPICS = listed(
    "budget|release plan|new website|supplier contract|holiday calendar|hiring plan|"
    "kitchen shelf|bike repair|tax return|onboarding guide|garden fence|photo album|"
    "customer survey|price list|backup plan|office move|newsletter|piano lesson|"
    "insurance claim|heating bill|summer party|quarterly report|search page|mobile app|"
    "payment form|library card|school trip|parking permit|first-aid course|book club"
)

PLACES = listed(
    "the café on the corner|the office|room 204|the station|the library|home|the park|"
    "the community hall|the garden centre|the climbing wall|the town hall|the workshop|"
    "a video call|the harbour|the market|the clinic"
)

PEOPLE = listed(
    "the team|the landlord|the neighbours|the dentist|the accountant|the design group|"
    "the bank|the choir|the plumber|the school office|the running group|support|"
    "the supplier|the book club|the council|grandma"
)

THINGS = listed(
    "milk|two lemons|printer paper|light bulbs|coffee beans|rice|batteries|olive oil|"
    "stamps|bin bags|apples|oat milk|toothpaste|a birthday card|basil|flour|yoghurt|"
    "washing powder|screws (4 × 40 mm)|cat food|onions|chocolate|train tickets"
)

DETAILS = listed(
    "Ask for the price in writing.|Nobody knows the password any more.|Worked at once.|"
    "See the e-mail of last week.|Takes about two hours.|Not before Thursday.|"
    "Costs 49.90 € a year.|The old one was better.|Bring the folder.|Half done.|"
    "It rained all day.|Call again after lunch.|Decided: yes.|Still open: who pays?|"
    "Remember the key.|Check the numbers again.|No answer so far.|Good idea, keep it.|"
    "Too late for this year.|Prefer the train.|Everyone agreed.|"
    "Write it down properly."
)

NOTE_LINES = listed(
    "Notes on the {topic}|Idea for the {topic}|What {people} said about the {topic}|"
    "Thoughts after {place}|{topic}: second attempt|Why the {topic} is late|"
    "Draft for the {topic}|Questions to {people}|{topic} – pros and cons|"
    "Read: an article about the {topic}|Quote I liked at {place}|Link list: {topic}"
)

TASK_LINES = listed(
    "Call {people} about the {topic}|Finish the {topic}|Buy {thing} and {thing2}|"
    "Send the {topic} to {people}|Pay for the {topic}|Book {place} for {people}|"
    "Tidy up the {topic}|Reply to {people}|Print the {topic}|"
    "Return {thing} to {people}|Ask {people} for the {topic}|Review the {topic}|"
    "Pick up {thing}"
)

EVENT_LINES = listed(
    "Meeting with {people} at {place}|{topic} workshop, {place}|Lunch with {people}|"
    "Appointment: {people}|Visit to {place}|{topic}: kick-off|Birthday of {people}|"
    "Walk-through of the {topic}|{people} at {place}|Training: {topic}"
)


def pick(random, words):
    """Return one of `words`; `random` is the bound method Random.random."""
    return words[int(random() * len(words))]


def handle(random, number):
    """Return the synthetic user name of user `number`, unlike all the others."""
    adjective, animal = pick(random, ADJECTIVES), pick(random, ANIMALS)
    return f"{adjective}-{animal}-{number + 1}"


def line(random, templates):
    """Return one of `templates` with its gaps filled, first letter in upper case."""
    text = pick(random, templates).format(
        topic=pick(random, TOPICS),
        people=pick(random, PEOPLE),
        place=pick(random, PLACES),
        thing=pick(random, THINGS),
        thing2=pick(random, THINGS),
    )
    return text[0].upper() + text[1:]


def note_text(random):
    """Return a note: a title, and most times some sentences or a list below it."""
    title = line(random, NOTE_LINES)
    kind = random()
    if kind < 0.3:
        return title
    if kind < 0.6:
        return f"{title}\n\n{paragraph(random)}"
    if kind < 0.8:
        return f"{title}\n- " + "\n- ".join(paragraph(random).split(". "))
    if kind < 0.99:
        return f"{title}\n\n{paragraph(random)}\n{paragraph(random)}"
    return f"{title}\n\n" + "\n\n".join(paragraph(random) for _ in range(40))


def paragraph(random):
    """Return one to four sentences."""
    return " ".join(pick(random, DETAILS) for _ in range(1 + int(random() * 4)))


def task_text(random):
    """Return a task: one line, now and then with a remark below it."""
    text = line(random, TASK_LINES)
    return text if random() < 0.8 else f"{text}\n{pick(random, DETAILS)}"


def event_text(random):
    """Return an event: one line, often with a remark below it."""
    text = line(random, EVENT_LINES)
    return text if random() < 0.5 else f"{text}\n{pick(random, DETAILS)}"
