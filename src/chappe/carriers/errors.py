"""What can go wrong with carriers, routes and senders."""

from chappe.kit.errors import Problem


class UnknownCarrier(Problem):
    code = "unknown_carrier"
    status = 404
    title = "No such carrier"


class UnknownRoute(Problem):
    code = "unknown_route"
    status = 404
    title = "No such route"


class UnknownSender(Problem):
    code = "unknown_sender"
    status = 404
    title = "No such sender"


class BadRoute(Problem):
    """The route's carriers cannot be used."""

    code = "bad_route"
    status = 422
    title = "This route cannot be made"


class BadDestination(Problem):
    """A filter of a route names what is no country and no prefix."""

    code = "bad_destination"
    status = 422
    title = "This is no destination"


class NoSuchSenderRoute(Problem):
    """A sender was to use a route that does not exist."""

    code = "sender_route_unknown"
    status = 422
    title = "The sender's route does not exist"


class NameTaken(Problem):
    code = "name_taken"
    status = 409
    title = "This name is in use"


class SenderExists(Problem):
    code = "sender_exists"
    status = 409
    title = "This sender exists"


class BadSenderAddress(Problem):
    code = "bad_sender_address"
    status = 422
    title = "This is no address of that kind"


class BadPrices(Problem):
    code = "bad_prices"
    status = 422
    title = "These prices cannot be used"


class CarrierInUse(Problem):
    code = "carrier_in_use"
    status = 409
    title = "This carrier is in use"


class NotSimulated(Problem):
    """A carrier elsewhere was called simulated: the demo clock would then send at night to real people."""

    code = "not_simulated"
    status = 422
    title = "A simulated carrier is on this machine"


class SimulatedOnly(Problem):
    """A real carrier among the test data would let a test key reach phones."""

    code = "test_data"
    status = 422
    title = "Test data have simulated carriers only"


class DemoClockSet(Problem):
    """A real carrier beside the demo's moved clock would send at night to real people."""

    code = "demo_clock_set"
    status = 409
    title = "A demo has no real carrier"


class BadHost(Problem):
    code = "bad_host"
    status = 422
    title = "This is no host"


class BadPriceLine(Problem):
    """`line`: which one of the list, from 1; 0 when it is the currency."""

    code = "bad_price_line"
    status = 422
    title = "This price cannot be read"
