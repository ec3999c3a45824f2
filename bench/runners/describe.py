"""Facts of columns on standard input as JSON, the offline describer's answers on standard output, of any revision."""

import json
import sys

from noctule.describe.facts import Facts
from noctule.describe.offline import describe

answers = []
for facts in json.load(sys.stdin):
    answer, source = describe(Facts.model_validate(facts))
    answers.append({**answer.model_dump(), "source": source})
json.dump(answers, sys.stdout)
