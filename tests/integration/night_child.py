"""A night's command line that asks its parent before each step in the database."""

from include.night import main
from tests.landing import crash

if __name__ == "__main__":
    crash.ask_before_each_statement()
    main()
