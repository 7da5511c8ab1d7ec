using FsCheck;
using FsCheck.Fluent;
using Signalbox.Configuration;
using Signalbox.Dialects;
using Signalbox.Routing.Planning;
using Signalbox.Sensitivity;

namespace Signalbox.Tests.Routing.Planning;

/// <summary>What holds for every strategy and any candidates.</summary>
public sealed class PlanLaws
{
    public static TheoryData<string> Strategies => new(PlanBench.Strategies);

    [Theory]
    [MemberData(nameof(Strategies))]
    public void A_plan_for_a_confidential_request_never_contains_a_cloud_model(string strategy) => Check(random =>
    {
        var plan = PlanBench.Plan(RandomPlan.Input(random, strategy, SensitivityLabel.Confidential), RandomPlan.Candidates(random));
        return plan.Order.All(place => plan.Candidates[place].Deployment.Locality == Locality.Local) && Walked(plan, random).All(place => plan.Candidates[place].Deployment.Locality == Locality.Local);
    });

    [Theory]
    [MemberData(nameof(Strategies))]
    public void The_order_is_a_permutation_of_what_was_not_removed(string strategy) => Check(random =>
    {
        var plan = PlanBench.Plan(RandomPlan.Input(random, strategy), RandomPlan.Candidates(random));
        var left = Enumerable.Range(0, plan.Candidates.Length).Where(i => plan.Candidates[i].Removal == Removal.None).ToArray();
        return plan.LastResort == LastResort.Nothing
            ? plan.Order.Length == 0 && left.All(i => plan.Candidates[i].Deployment.FallbackFor is not null)
            : plan.Order.Order().SequenceEqual(left) && left.Length > 0;
    });

    [Theory]
    [MemberData(nameof(Strategies))]
    public void Fallbacks_come_after_the_models_in_the_order_in_which_they_are_written(string strategy) => Check(random =>
    {
        var plan = PlanBench.Plan(RandomPlan.Input(random, strategy), RandomPlan.Candidates(random));
        var fallbacks = plan.Order.SkipWhile(place => !plan.Candidates[place].Deployment.IsFallback).ToArray();
        return fallbacks.All(place => plan.Candidates[place].Deployment.IsFallback) && fallbacks.SequenceEqual(fallbacks.Order());
    });

    [Theory]
    [MemberData(nameof(Strategies))]
    public void The_same_input_gives_the_same_plan(string strategy) => Check(random =>
    {
        var input = RandomPlan.Input(random, strategy);
        var candidates = RandomPlan.Candidates(random);
        var one = PlanBench.Plan(input, (Candidate[])candidates.Clone());
        var other = PlanBench.Plan(input, (Candidate[])candidates.Clone());
        return one.Order.SequenceEqual(other.Order) && one.Reason == other.Reason;
    });

    [Theory]
    [MemberData(nameof(Strategies))]
    public void What_is_walked_was_left_in_and_a_walk_ends(string strategy) => Check(random =>
    {
        var plan = PlanBench.Plan(RandomPlan.Input(random, strategy), RandomPlan.Candidates(random));
        var walked = Walked(plan, random).ToArray();
        return walked.Length <= plan.Order.Length && walked.Distinct().Count() == walked.Length && walked.All(plan.Order.Contains);
    });

    [Theory]
    [MemberData(nameof(Strategies))]
    public void A_plan_that_is_not_refused_has_a_first_step(string strategy) => Check(random =>
    {
        var plan = PlanBench.Plan(RandomPlan.Input(random, strategy), RandomPlan.Candidates(random));
        return PlanRefusal.Of(plan) is null ? PlanBench.Walk(plan).Next(null) is RouteStep.Call : plan.Candidates.All(candidate => IsExplained(candidate, plan.Input));
    });

    [Theory]
    [MemberData(nameof(Strategies))]
    public void Scores_are_numbers_and_reasons_are_sentences(string strategy) => Check(random =>
    {
        var plan = PlanBench.Plan(RandomPlan.Input(random, strategy), RandomPlan.Candidates(random));
        return plan.Reason.Length > 10 && plan.Candidates.All(candidate => double.IsFinite(candidate.Score));
    });

    // A fallback for a reason may be left in where nothing is left that it could follow.
    private static bool IsExplained(Candidate candidate, PlanInput input) =>
        candidate.Deployment.FallbackFor is not null || (candidate.Removal != Removal.None && RemovalText.Of(in candidate, input)!.Length > 5);

    // Every call fails, or is answered and judged, by chance.
    private static IEnumerable<int> Walked(RoutePlan plan, Random random)
    {
        var kinds = Enum.GetValues<ErrorKind>();
        var walk = PlanBench.Walk(plan);
        StepResult? last = null;
        for (var step = 0; step < 50 && walk.Next(last) is RouteStep.Call call; step++)
        {
            yield return call.Candidate;
            if (call.HedgeWith is { } hedge)
            {
                Assert.Contains(hedge, plan.Order);
            }

            last = call.IsChecked && random.Next(2) == 0
                ? new StepResult(null, random.NextDouble() * 0.7)
                : new StepResult(new GatewayError(kinds[random.Next(kinds.Length)], "failed") { IsOfTarget = random.Next(2) == 0 });
        }
    }

    private static void Check(Func<Random, bool> law) =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue - 1).ToArbitrary(), seed => law(new Random(seed))).Check(Config.QuickThrowOnFailure.WithMaxTest(1_000));
}
