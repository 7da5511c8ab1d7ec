using Signalbox.Configuration.Routes;
using Signalbox.Dialects;
using Signalbox.Routing.Planning;
using Signalbox.Tests.Routing.Planning;
using static Signalbox.Tests.Routing.Planning.PlanBench;

namespace Signalbox.Tests.Routing.Strategies;

public sealed class CascadeTests
{
    private readonly FakeHost _host = new();

    [Theory]
    [InlineData(0.7, "weak", "call weak checked; serve weak")]
    [InlineData(0.69, "strong", "call weak checked; call strong")]
    [InlineData(null, "weak", "call weak checked; serve weak")]
    public void An_answer_is_served_from_the_threshold_on(double? verdict, string served, string steps)
    {
        _host.Answers("weak", verdict).Answers("strong");
        Assert.Equal(served, _host.Run(Cascade()));
        Assert.Equal(steps, string.Join("; ", _host.Steps));
    }

    [Fact]
    public void The_weak_answer_is_served_when_the_strong_model_fails()
    {
        Assert.Equal("weak", _host.Answers("weak", 0.1).Fails("strong").Run(Cascade(Fallback())));
        Assert.Equal(["call weak checked", "call strong", "serve weak"], _host.Steps);
    }

    [Theory]
    [InlineData(ErrorKind.InvalidRequest)]
    [InlineData(ErrorKind.ContentFiltered)]
    public void The_weak_answer_is_served_whatever_the_strong_model_fails_for(ErrorKind kind) =>
        Assert.Equal("weak", _host.Answers("weak", 0.1).Fails("strong", kind).Run(Cascade()));

    [Fact]
    public void A_weak_model_that_fails_is_followed_by_the_strong_one_and_then_by_fallbacks()
    {
        Assert.Equal("back", _host.Fails("weak").Fails("strong").Answers("back").Run(Cascade(Fallback())));
        Assert.Equal(["call weak checked", "call strong", "call back"], _host.Steps);
    }

    [Fact]
    public void What_the_caller_got_wrong_is_tried_nowhere_else()
    {
        Assert.Null(_host.Fails("weak", ErrorKind.InvalidRequest).Run(Cascade(Fallback())));
        Assert.Equal(["call weak checked", "give up"], _host.Steps);
    }

    [Fact]
    public void Three_models_are_asked_step_by_step_and_the_best_held_answer_wins_when_the_last_fails()
    {
        var plan = Plan(Input("cascade"), Candidate("strong", 3, 0.9), Candidate("weak", 1, 0.5), Candidate("middle", 2, 0.7));
        Assert.Equal("middle", _host.Answers("weak", 0.3).Answers("middle", 0.4).Fails("strong").Run(plan));
        Assert.Equal(["call weak checked", "call middle checked", "call strong", "serve middle"], _host.Steps);
    }

    [Fact]
    public void A_held_answer_that_was_judged_better_is_served_rather_than_a_later_one()
    {
        var plan = Plan(Input("cascade"), Candidate("weak", 1, 0.5), Candidate("middle", 2, 0.7), Candidate("strong", 3, 0.9));
        Assert.Equal("weak", _host.Answers("weak", 0.6).Answers("middle", 0.4).Fails("strong").Run(plan));
    }

    [Fact]
    public void A_dearer_model_that_is_worse_is_no_step_up_but_helps_when_the_first_fails()
    {
        Candidate[] candidates = [Candidate("weak", 1, 0.6), Candidate("worse", 2, 0.5), Candidate("strong", 3, 0.9)];
        Assert.Equal("strong", _host.Answers("weak", 0.3).Answers("strong").Run(Plan(Input("cascade"), [.. candidates])));
        Assert.Equal(["call weak checked", "call strong"], _host.Steps);
        Assert.Equal("worse", new FakeHost().Fails("weak").Answers("worse", 0.9).Run(Plan(Input("cascade"), [.. candidates])));
    }

    [Fact]
    public void One_model_alone_streams_unjudged()
    {
        Assert.Equal("only", _host.Answers("only").Run(Plan(Input("cascade"), Candidate("only", 1))));
        Assert.Equal(["call only"], _host.Steps);
    }

    [Fact]
    public void Without_prices_the_weaker_model_goes_first() =>
        Assert.Equal(["weak", "strong"], Plan(Input("cascade"), Candidate("strong", quality: 0.9), Candidate("weak", quality: 0.4)).Names());

    [Fact]
    public void The_threshold_is_the_routes()
    {
        var route = Route with { Cascade = new CascadeConfig { Threshold = 0.2 } };
        Assert.Equal("weak", _host.Answers("weak", 0.3).Run(Plan(Input("cascade", route), Candidate("weak", 1), Candidate("strong", 2))));
    }

    private static Candidate Fallback() => Candidate("back").With(static deployment => deployment with { IsFallback = true });

    private static RoutePlan Cascade(params Candidate[] more) => Plan(Input("cascade"), [Candidate("strong", 10, 0.9), Candidate("weak", 1, 0.5), .. more]);
}
