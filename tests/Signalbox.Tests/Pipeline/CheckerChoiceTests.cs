using System.Text;
using Signalbox.Configuration;
using Signalbox.Dialects;
using Signalbox.Pipeline;
using Signalbox.Pipeline.Attempts;
using Signalbox.Pipeline.Judging;
using Signalbox.Routing;
using Signalbox.Routing.Planning;
using Signalbox.Sensitivity;
using Signalbox.Sensitivity.Masking;

namespace Signalbox.Tests.Pipeline;

/// <summary>Who may see a request beside the model that answers it.</summary>
public sealed class CheckerChoiceTests : IDisposable
{
    private const string Config =
        """
        {"providers":{"cloud":{"dialect":"openai-chat","baseUrl":"https://api.example.com"},"house":{"dialect":"openai-chat","baseUrl":"http://localhost:9","locality":"local"}},
        "models":{"best":{"provider":"cloud","upstream":"best","quality":0.9,"capabilities":{"prefill":true}},
        "own":{"provider":"house","upstream":"own","quality":0.5,"capabilities":{"prefill":true}},
        "small":{"provider":"house","upstream":"small","quality":0.2},"outside":{"provider":"cloud","upstream":"outside","price":{"input":1,"output":1}}},
        "routes":{"r":{"strategy":"cascade","models":["small","own","best"]}}}
        """;

    private readonly GatewayRuntime _runtime = new(ConfigLoader.Parse(Encoding.UTF8.GetBytes(Config), new Dictionary<string, string>()).Config!, TimeProvider.System);

    [Theory]
    [InlineData(null, SensitivityLabel.Public, "best")]
    [InlineData(null, SensitivityLabel.Confidential, "own")]
    [InlineData("best", SensitivityLabel.Internal, "best")]
    [InlineData("best", SensitivityLabel.Confidential, null)]
    [InlineData("outside", SensitivityLabel.Public, "outside")]
    [InlineData("outside", SensitivityLabel.Confidential, null)]
    [InlineData("house/other", SensitivityLabel.Confidential, "house/other")]
    [InlineData("nowhere", SensitivityLabel.Public, null)]
    internal void A_checker_of_a_confidential_request_is_local(string? checker, SensitivityLabel label, string? chosen)
    {
        // Even if nothing had removed the cloud's model.
        var plan = Plan(checker, label, Removal.None);
        Assert.Equal(chosen, Choose(plan)?.Id);
    }

    [Theory]
    [InlineData(null, "own")]
    [InlineData("best", null)]
    public void What_a_constraint_has_removed_is_not_asked(string? checker, string? chosen) =>
        Assert.Equal(chosen, Choose(Plan(checker, SensitivityLabel.Public, Removal.KeyPermission))?.Id);

    [Fact]
    public void Nothing_goes_on_at_a_model_that_was_removed_or_is_not_local()
    {
        var judged = Target("own");
        Assert.True(Continuation.HasNext(Plan(null, SensitivityLabel.Public, Removal.None), judged));
        Assert.False(Continuation.HasNext(Plan(null, SensitivityLabel.Public, Removal.Health), judged));
        Assert.False(Continuation.HasNext(Plan(null, SensitivityLabel.Confidential, Removal.None), judged));
    }

    [Fact]
    public void What_was_masked_is_masked_again_before_it_goes_to_another_model()
    {
        var mask = new MaskTable();
        var name = mask.Add("NAME", "Ada");
        var whole = mask.Add("NAME", "Ada Byron");
        Assert.Equal($"{whole} is {name}.", mask.Mask("Ada Byron is Ada."));
    }

    public void Dispose() => _runtime.Dispose();

    private Deployment? Choose(RoutePlan plan)
    {
        var context = new RequestContext
        {
            Id = "r1",
            Snapshot = _runtime.Snapshot,
            Caller = null!,
            StartedAt = DateTimeOffset.UnixEpoch,
            Request = new DialectRequest { Model = "r", Messages = [], Options = new() },
        };
        return AnswerJudge.FindChecker(context, plan, Target("small"));
    }

    private Deployment Target(string id) => _runtime.Snapshot.Find(id)!.Targets[0];

    private RoutePlan Plan(string? checker, SensitivityLabel label, Removal ofBest)
    {
        var route = _runtime.Snapshot.Config.Routes["r"];
        Candidate[] candidates =
        [
            new() { Deployment = Target("small"), Quality = 0.2 }, new() { Deployment = Target("own"), Quality = 0.5 },
            new() { Deployment = Target("best"), Quality = 0.9, Removal = ofBest },
        ];
        var input = new PlanInput { Route = route with { Cascade = route.Cascade with { Checker = checker } }, Strategy = "cascade", Sensitivity = label };
        return new RoutePlan(input, candidates, ofBest == Removal.None ? [0, 1, 2] : [0, 1], "");
    }
}
