using System.Text;
using Signalbox.Catalog;
using Signalbox.Configuration;
using Signalbox.Providers;
using Signalbox.Routing;
using Signalbox.Routing.Planning;

namespace Signalbox.Tests.Routing.Planning;

public sealed class TaskTableTests : IDisposable
{
    private const string Providers = """
        "providers":{"up":{"dialect":"openai-chat","baseUrl":"http://127.0.0.1:9/v1"}}
        """;

    private const string Routes = """
        "frontier":{"models":["up/big","up/huge"],"fallbacks":["up/spare"]},
        "open_source":{"models":["up/llama"]},
        "auto":{"models":["frontier","open_source"],"fallbacks":["up/last"],
                "tasks":{"audio_transcription":["frontier"],"text_summarization":["open_source","frontier"],"code_generation":["up/coder"]}}
        """;

    private readonly ProviderServices _services = new(TimeProvider.System);

    [Theory]
    [InlineData("audio_transcription", "big huge spare last")]
    [InlineData("text_summarization", "llama big huge spare last")]
    [InlineData("code_generation", "coder spare last")]
    [InlineData("chat", "big huge llama spare last")]
    public void A_task_is_served_by_what_its_table_names_best_first(string task, string expected) =>
        Assert.Equal(expected, string.Join(' ', Plan("ordered", task).Names()));

    [Fact]
    public void What_a_table_leaves_out_says_so()
    {
        var plan = Plan("ordered", "audio_transcription");
        var removed = plan.Candidates.Single(static candidate => candidate.Deployment.Upstream == "llama");
        Assert.Equal("is not named by the route for the task audio_transcription", RemovalText.Of(in removed, plan.Input));
    }

    [Fact]
    public void A_strategy_with_a_law_of_its_own_takes_from_the_table_only_who_may_serve()
    {
        var seen = Enumerable.Range(0, 6).Select(turn => Plan("round_robin", "text_summarization", turn).First());
        Assert.Equal(["big", "huge", "llama", "big", "huge", "llama"], seen);
        Assert.Equal("coder", Plan("cheapest", "code_generation").First());
    }

    [Fact]
    public void A_fallback_that_a_table_names_is_a_model_for_its_task_and_is_tried_once()
    {
        var plan = Plan("ordered", "chat", routes: """ "auto":{"models":["up/a"],"fallbacks":["up/b"],"tasks":{"translation":["up/b"]}} """);
        Assert.Equal(["a", "b"], plan.Names());
        plan = Plan("ordered", "translation", routes: """ "auto":{"models":["up/a"],"fallbacks":["up/b"],"tasks":{"translation":["up/b"]}} """);
        Assert.Equal(["b"], plan.Names());
        Assert.False(plan.Candidates[plan.Order[0]].Deployment.IsFallback);
    }

    public void Dispose() => _services.Dispose();

    private RoutePlan Plan(string strategy, string task, long turn = 0, string routes = Routes)
    {
        var result = ConfigLoader.Parse(Encoding.UTF8.GetBytes($$"""{ {{Providers}}, "routes": { {{routes}} } }"""), new Dictionary<string, string>());
        Assert.True(result.Config is not null, string.Join('\n', result.Problems));
        var route = new GatewaySnapshot(result.Config!, ModelCatalog.LoadEmbedded(), _services, []).Find("auto")!;
        var ranks = route.Tasks!.RanksFor(task);
        var candidates = new Candidate[route.Targets.Count];
        for (var i = 0; i < candidates.Length; i++)
        {
            candidates[i] = new Candidate { Deployment = route.Targets[i], TaskRank = ranks[i] };
        }

        return PlanBench.Plan(new PlanInput { Route = route.Settings, Strategy = strategy, Task = task, Turn = turn }, candidates);
    }
}
