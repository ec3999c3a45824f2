"""Typed errors. Each says what is wrong, where, and what to do next; none ever holds a raw value.

The exit code of the command line is a property of the error (design: 2 usage, 3 contract or data,
4 budget, 5 gate, 6 approval, 7 certificate; 1 is a fault of ours or of the machine).
"""


class NoctuleError(Exception):
    """What went wrong, where (file, key path, column, row), and the next step."""

    exit_code = 1

    def __init__(self, what: str, *, fix: str, where: str = "") -> None:
        self.what, self.where, self.fix = what, where, fix
        super().__init__(f"{where}: {what}\n  fix: {fix}" if where else f"{what}\n  fix: {fix}")


class UsageError(NoctuleError):
    """The command's words are off, or name something that is not offered."""

    exit_code = 2


class ContractError(NoctuleError):
    """The contract is not valid, or not fit for what is asked of it."""

    exit_code = 3


class DataError(NoctuleError):
    """The source does not match its contract. Names column and row number, never the cell."""

    exit_code = 3


class CheckError(NoctuleError):
    """A contract or PII check failed, or was not made, for the snapshot at hand."""

    exit_code = 3


class BudgetError(NoctuleError):
    """The ledger did not grant the charge: the population's cap would be passed."""

    exit_code = 4


class ApprovalError(NoctuleError):
    """What a person must sign of the contract changed, and nobody has signed it."""

    exit_code = 6


class GateError(NoctuleError):
    """A gate kept the release back; `latest` stays where it was."""

    exit_code = 5


class CertificateError(NoctuleError):
    """What ran does not prove what a release would state: raw rows without cover, or noise that can be foretold."""

    exit_code = 7


class LedgerError(NoctuleError):
    """The ledger is damaged, or was used out of order."""


class BundleError(NoctuleError):
    """A model bundle or release folder is damaged, altered, or of an unknown format version."""

    exit_code = 3
