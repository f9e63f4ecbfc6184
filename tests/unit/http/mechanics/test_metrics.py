"""What is counted of answers."""

from kinoteka.http.mechanics.metrics import BOUNDS, Traffic


def counted(*responses: tuple[str, int, float]) -> dict[tuple[str, int], tuple[float, int]]:
    """Seconds and number by method and status."""
    endpoint = Traffic().endpoint("tests", "/numbers/{number}")
    for response in responses:
        endpoint.count(*response)
    return {
        (series.method, series.status): (series.seconds, sum(series.classes))
        for series in endpoint.series()
    }


def test_endpoint_always_has_the_same_metrics():
    traffic = Traffic()
    assert traffic.endpoint("a", "/") is traffic.endpoint("a", "/")
    assert traffic.endpoint("a", "/") is not traffic.endpoint("b", "/")
    assert len(traffic.endpoints()) == 2


def test_answers_are_counted_by_method_and_status():
    found = counted(("GET", 200, 0.5), ("GET", 200, 0.25), ("GET", 404, 1), ("PUT", 200, 2))
    assert found == {("GET", 200): (0.75, 2), ("GET", 404): (1, 1), ("PUT", 200): (2, 1)}


def test_methods_that_clients_make_up_are_one():
    assert counted(*((f"X{n}", 405, 0) for n in range(100))) == {("other", 405): (0, 100)}


def test_duration_counts_in_the_first_bucket_that_it_fits():
    endpoint = Traffic().endpoint("tests", "/")
    for seconds in (0, BOUNDS[0], BOUNDS[0] * 1.01, BOUNDS[-1], BOUNDS[-1] + 1):
        endpoint.count("GET", 200, seconds)
    (series,) = endpoint.series()
    assert series.classes == [2, 1, *[0] * (len(BOUNDS) - 3), 1, 1]


def test_unmeasured_responses_count_without_a_duration():
    endpoint = Traffic().endpoint("tests", "/")
    endpoint.count("GET", 200, 0.5)
    endpoint.unmeasured[200] += 2
    endpoint.unmeasured[304] += 1
    found = [(series.status, series.seconds, sum(series.classes)) for series in endpoint.series()]
    assert found == [(200, 0.5, 1), (200, 0.0, 2), (304, 0.0, 1)]
