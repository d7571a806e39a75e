"""Runs programs in turns, so that what they are compared by was measured within the same seconds: in_turns.py OUTPUT COMMAND... -- OUTPUT COMMAND...

Each program prints the line "turn" before a piece of work and waits for a line; what it prints last goes to its OUTPUT. The others sleep meanwhile.
"""

import pathlib
import subprocess
import sys


class Program:
    def __init__(self, output, command):
        self.output = pathlib.Path(output)
        self.command = command
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.last = ""
        self.waits = self.until_turn()

    def until_turn(self):
        """Whether it waits for its next turn; otherwise it is done."""
        for line in self.process.stdout:
            if line.strip() == "turn":
                return True
            self.last = line
        if self.process.wait() != 0:
            sys.exit(f"Cannot go on: {' '.join(self.command)} ended with status {self.process.returncode}")
        self.output.write_text(self.last, encoding="utf-8")
        return False

    def turn(self):
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        self.waits = self.until_turn()


def main():
    commands = [[]]
    for argument in sys.argv[1:]:
        if argument == "--":
            commands.append([])
        else:
            commands[-1].append(argument)
    programs = [Program(command[0], command[1:]) for command in commands]
    while any(program.waits for program in programs):
        for program in programs:
            if program.waits:
                program.turn()


if __name__ == "__main__":
    main()
