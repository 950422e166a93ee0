"""How a long description of sentences is cut."""

import flyte

env = flyte.TaskEnvironment(name="environment-sentences-in-a-description")


def main():
    texts = [
        "First sentence. " + "x" * 300,
        "One. Two! " + "word " * 60 + "end. " + "tail " * 20,
        "a\nb\n" + "c" * 300,
        "y" * 256,
    ]
    return [flyte.TaskEnvironment(name="cut", description=text).description for text in texts]
