using Signalbox.Catalog;
using Signalbox.Configuration;
using Signalbox.Dialects;
using Signalbox.Routing.Planning;
using Signalbox.Sensitivity;
using static Signalbox.Tests.Routing.Planning.PlanBench;

namespace Signalbox.Tests.Routing.Planning;

public sealed class ConstraintTests
{
    [Theory]
    [InlineData(Modalities.Image, "does not read images")]
    [InlineData(Modalities.Audio | Modalities.Video, "does not read sound and does not read video")]
    public void A_model_that_cannot_read_the_prompt_is_out(Modalities needed, string reason)
    {
        var plan = Plan(Input(needed: needed), Candidate("blind"), Candidate("seeing", model: Model("seeing") with { Input = (Modalities)31 }));
        Assert.Equal(["seeing"], plan.Names());
        Assert.Equal(reason, RemovalText.Of(in plan.Candidates[0], plan.Input));
    }

    [Fact]
    public void What_an_unknown_model_reads_is_not_held_against_it()
    {
        var plan = Plan(Input(needed: Modalities.Image), Candidate("new", model: Model("new") with { IsKnown = false }));
        Assert.Equal(["new"], plan.Names());
    }

    [Theory]
    [InlineData(RequestNeeds.Tools)]
    [InlineData(RequestNeeds.ForcedTools)]
    [InlineData(RequestNeeds.JsonSchema)]
    [InlineData(RequestNeeds.Prefill)]
    internal void A_model_that_lacks_a_feature_gives_way_to_one_that_has_it(RequestNeeds needs)
    {
        var able = new ModelCapabilities { Prefill = true };
        var unable = new ModelCapabilities { Tools = false, ForcedTools = false, JsonSchema = false };
        var plan = Plan(Input(needs), Candidate("unable", model: Model("a") with { Capabilities = unable }), Candidate("able", model: Model("b") with { Capabilities = able }));
        Assert.Equal(["able"], plan.Names());
        Assert.Equal(Removal.Capability, plan.Candidates[0].Removal);
    }

    [Fact]
    public void What_a_translation_can_emulate_is_better_than_nothing()
    {
        var unable = new ModelCapabilities { JsonSchema = false };
        var plan = Plan(Input(RequestNeeds.JsonSchema), Candidate("unable", model: Model("a") with { Capabilities = unable }));
        Assert.Equal((LastResort.Emulation, "unable"), (plan.LastResort, plan.First()));
        Assert.Null(PlanRefusal.Of(plan));
    }

    [Fact]
    public void A_model_that_does_not_call_tools_is_no_last_resort_for_them()
    {
        var plan = Plan(Input(RequestNeeds.Tools), Candidate("mute", model: Model("a") with { Capabilities = new ModelCapabilities { Tools = false } }));
        var refusal = PlanRefusal.Of(plan)!;
        Assert.Equal((ErrorKind.NoCandidate, 400), (refusal.Kind, refusal.Status));
        Assert.Contains("mute does not call tools", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_asked_for_by_name_is_not_refused_for_what_the_catalog_thinks_of_it()
    {
        var mute = Model("a") with { ContextWindow = 10, Capabilities = new ModelCapabilities { Tools = false } };
        var input = new PlanInput { Route = new RouteConfig { Id = "mute", Models = [] }, Strategy = "ordered", IsModelNamed = true, Needs = RequestNeeds.Tools, InputTokens = 1000 };
        Assert.Equal(["mute"], Plan(input, Candidate("mute", model: mute)).Names());
        Assert.Empty(Plan(new PlanInput { Route = input.Route, Strategy = "ordered", Needs = input.Needs, InputTokens = 1000 }, Candidate("mute", model: mute)).Names());
    }

    [Fact]
    public void A_model_that_embeds_answers_nobody()
    {
        var plan = Plan(PlanBench.Input("ordered"), Candidate("e", model: Model("e") with { Kind = ModelKind.Embedding }));
        Assert.Contains("does not answer messages", PlanRefusal.Of(plan)!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Prompt_and_reserved_answer_must_fit_the_window()
    {
        var input = new PlanInput { Route = Route, Strategy = "ordered", InputTokens = 120_000, MaxOutputTokens = 10_000 };
        var plan = Plan(input, Candidate("narrow", model: Model("a") with { ContextWindow = 128_000 }), Candidate("exact", model: Model("b") with { ContextWindow = 130_000 }),
            Candidate("unknown", model: Model("c") with { ContextWindow = null }));
        Assert.Equal(["exact", "unknown"], plan.Names());
        Assert.Equal("needs 130,000 tokens, has room for 128,000", RemovalText.Of(in plan.Candidates[0], plan.Input));
    }

    [Fact]
    public void Only_the_low_side_of_the_estimate_refuses()
    {
        static PlanInput Of(int atLeast) => new() { Route = Route, Strategy = "ordered", InputTokens = 120_000, InputTokensAtLeast = atLeast };
        var doubtful = Plan(Of(90_000), Candidate("narrow"));
        Assert.Equal((LastResort.NarrowContext, "narrow"), (doubtful.LastResort, doubtful.First()));
        var certain = PlanRefusal.Of(Plan(Of(100_001), Candidate("narrow")))!;
        Assert.Equal((ErrorKind.ContextLength, 400), (certain.Kind, certain.Status));
        Assert.Contains("Shorten the prompt", certain.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void No_window_of_unknown_size_holds_ten_million_tokens()
    {
        var input = new PlanInput { Route = Route, Strategy = "ordered", InputTokens = Constraints.BeyondAnyWindow + 1 };
        Assert.Empty(Plan(input, Candidate("unknown", model: Model("c") with { ContextWindow = null })).Order);
    }

    [Fact]
    public void A_prompt_that_fits_no_model_begins_with_the_fallbacks_declared_for_that()
    {
        var input = new PlanInput { Route = Route, Strategy = "ordered", InputTokens = 200_000 };
        var plan = Plan(input, Candidate("narrow"), Wide("filter").With(d => d with { IsFallback = true, FallbackFor = ErrorKind.ContentFiltered }),
            Wide("wide").With(d => d with { IsFallback = true, FallbackFor = ErrorKind.ContextLength }), Wide("wider").With(d => d with { IsFallback = true, FallbackFor = ErrorKind.ContextLength }));
        var walk = Walk(plan);
        Assert.Equal(2, Assert.IsType<RouteStep.Call>(walk.Next(null)).Candidate);
        Assert.Equal(3, Assert.IsType<RouteStep.Call>(walk.Next(new StepResult(new GatewayError(ErrorKind.UpstreamUnavailable, "down")))).Candidate);
        Assert.IsType<RouteStep.GiveUp>(walk.Next(new StepResult(new GatewayError(ErrorKind.UpstreamUnavailable, "down"))));

        static Candidate Wide(string name) => Candidate(name, model: Model(name) with { ContextWindow = 1_000_000 });
    }

    [Fact]
    public void A_largest_cost_removes_what_is_dearer_and_what_has_no_price()
    {
        var input = new PlanInput { Route = Route with { MaxCostUsd = 0.5m }, Strategy = "ordered", MaxCostUsd = 0.02m };
        var plan = Plan(input, Candidate("dear", cost: 0.03m), Candidate("fits", cost: 0.02m), Candidate("unknown"));
        Assert.Equal(["fits"], plan.Names());
        Assert.Equal("costs about $0.03, allowed are $0.02", RemovalText.Of(in plan.Candidates[0], plan.Input));
        Assert.Equal("has no known price, and at most $0.02 may be spent", RemovalText.Of(in plan.Candidates[2], plan.Input));
    }

    [Fact]
    public void A_budget_removes_what_has_no_price()
    {
        var plan = Plan(new PlanInput { Route = Route, Strategy = "ordered", HasBudget = true }, Candidate("unknown"), Candidate("free", cost: 0));
        Assert.Equal(["free"], plan.Names());
        Assert.Equal("has no known price, and a budget applies", RemovalText.Of(in plan.Candidates[0], plan.Input));
    }

    [Fact]
    public void What_began_too_late_lately_is_out_and_what_was_not_seen_stays()
    {
        var input = new PlanInput { Route = Route with { MaxLatency = TimeSpan.FromSeconds(1) }, Strategy = "ordered" };
        var plan = Plan(input, Candidate("slow", latency: 1500), Candidate("quick", latency: 900), Candidate("unseen"));
        Assert.Equal(["quick", "unseen"], plan.Names());
        Assert.Equal("began after 1,500 ms on average, allowed are 1,000 ms", RemovalText.Of(in plan.Candidates[0], plan.Input));
    }

    [Fact]
    public void A_resting_model_is_passed_over_unless_everything_rests()
    {
        var resting = Candidate("resting") with { IsResting = true, FailureShare = 0.8 };
        var plan = Plan(PlanBench.Input("ordered"), resting, Candidate("well"));
        Assert.Equal(["well"], plan.Names());
        Assert.Equal("is resting after failures: 80 % of its last calls failed", RemovalText.Of(in plan.Candidates[0], plan.Input));

        var all = Plan(PlanBench.Input("ordered"), resting, Candidate("too") with { IsResting = true });
        Assert.Equal(LastResort.Resting, all.LastResort);
        Assert.Equal(["resting", "too"], all.Names());
        var refusal = PlanRefusal.Resting(all, TimeSpan.FromSeconds(7));
        Assert.Equal((503, TimeSpan.FromSeconds(7)), (refusal.Status, refusal.RetryAfter));
    }

    [Fact]
    public void A_well_fallback_goes_before_models_that_rest()
    {
        var plan = Plan(PlanBench.Input("ordered"), Candidate("resting") with { IsResting = true }, Candidate("back").With(d => d with { IsFallback = true }));
        Assert.Equal(["back"], plan.Names());
    }

    [Fact]
    public void Every_removal_has_words_of_its_own()
    {
        var texts = Enum.GetValues<Removal>().Select(removal => RemovalText.Of(Candidate("c") with { Removal = removal }, PlanBench.Input("ordered"))).ToArray();
        Assert.Equal(texts.Length, texts.Distinct().Count());
        Assert.Null(texts[0]);
        Assert.DoesNotContain(texts.Skip(1), string.IsNullOrWhiteSpace);
        Assert.Equal(texts.Length, Enum.GetValues<Removal>().Select(RemovalText.Word).Distinct().Count());
    }

    [Fact]
    public void A_refusal_names_every_candidate_with_its_reason_and_says_what_helps()
    {
        var input = new PlanInput { Route = Route, Strategy = "ordered", InputTokens = 200_000, Sensitivity = SensitivityLabel.Confidential };
        var refusal = PlanRefusal.Of(Plan(input, Candidate("cloud"), Candidate("here").With(d => d with { Locality = Locality.Local })))!;
        Assert.Equal(ErrorKind.NoCandidate, refusal.Kind);
        Assert.StartsWith("No model of 'r' can serve this request: cloud is not local, and the request is confidential; here needs 200,000 tokens, has room for 100,000. ", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_refusal_of_many_names_twelve_and_counts_the_rest()
    {
        var input = new PlanInput { Route = Route, Strategy = "ordered", Sensitivity = SensitivityLabel.Confidential };
        var message = PlanRefusal.Of(Plan(input, [.. Enumerable.Range(0, 20).Select(i => Candidate($"m{i}"))]))!.Message;
        Assert.Contains("m11 is not", message, StringComparison.Ordinal);
        Assert.DoesNotContain("m12 ", message, StringComparison.Ordinal);
        Assert.Contains("and 8 more. Give the route a model at a provider whose locality is local.", message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_task_left_out_does_not_blur_why_the_rest_cannot_serve()
    {
        var input = new PlanInput { Route = Route, Strategy = "ordered", InputTokens = 200_000 };
        var plan = Plan(input, Candidate("other") with { TaskRank = TaskTable.Unnamed }, Candidate("named"));
        Assert.Equal(ErrorKind.ContextLength, PlanRefusal.Of(plan)!.Kind);
    }

    private static PlanInput Input(RequestNeeds needs = default, Modalities needed = Modalities.Text) =>
        new() { Route = Route, Strategy = "ordered", Needs = needs, Input = needed };
}
