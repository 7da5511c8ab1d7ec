using Microsoft.Extensions.AI;
using Signalbox.Configuration;
using Signalbox.Dialects;
using Signalbox.Pipeline.Attempts;
using Signalbox.Providers;
using Signalbox.Resilience;
using Signalbox.Routing;
using Signalbox.Routing.Planning;
using Signalbox.Sensitivity;

namespace Signalbox.Pipeline.Judging;

/// <summary>
/// How good a held answer is, 0 to 1: the lowest verdict of the route's checks. What costs nothing is looked at first; other models
/// are asked only about answers that have passed so far. A check that cannot judge says nothing, and an answer that nobody can
/// judge is served.
/// </summary>
internal sealed class AnswerJudge(ProviderServices services)
{
    private const float SampleTemperature = 0.7f;

    /// <summary>How many times as long as the answer a sample of it may take.</summary>
    private const int SamplePatience = 3;

    private readonly SideCalls _calls = new(services);

    /// <summary>Null where no check could judge; the answer is served then.</summary>
    public async Task<double?> JudgeAsync(RequestCalls calls, Attempt held)
    {
        var context = calls.Context;
        var plan = context.Decision.Plan!;
        var cascade = plan.Input.Route.Cascade;
        var answer = held.Call.Text!;
        var verdict = JudgeFree(cascade.Checks, context.Request, answer, held.Delivery!.Notes.FinishReason);
        if (!(verdict < cascade.Threshold) && cascade.Checks.Contains("consistency"))
        {
            verdict = Lower(verdict, await ConsistencyAsync(calls, held, cascade.Samples));
        }

        if (!(verdict < cascade.Threshold) && cascade.Checks.Contains("checker"))
        {
            verdict = Lower(verdict, await AskCheckerAsync(calls, plan, held));
        }

        held.Record.Verdict = verdict;
        return verdict;
    }

    /// <summary>The checks that need no further call; null where none of them can judge.</summary>
    public static double? JudgeFree(IReadOnlyList<string> checks, DialectRequest request, AnswerText answer, ChatFinishReason? finish)
    {
        double? lowest = null;
        foreach (var check in checks)
        {
            lowest = Lower(lowest, check switch
            {
                CallPreparation.LogprobCheck => answer.MeanProbability,
                "json" => answer.HasCall ? null : JsonCheck.Judge(answer.Text, request.Options),
                "refusal" => RefusalCheck.Judge(answer, finish),
                _ => null,
            });
        }

        return lowest;
    }

    private static double? Lower(double? a, double? b) => a is null ? b : b is null ? a : Math.Min(a.Value, b.Value);

    /// <summary>The share of further answers of the same model that say the same; null where there is nothing to compare.</summary>
    private async Task<double?> ConsistencyAsync(RequestCalls calls, Attempt held, int count)
    {
        var context = calls.Context;
        var answer = held.Call.Text!;
        if (answer.HasCall || answer.HasOther || context.Request.RelayOnly is not null)
        {
            return null;
        }

        var options = context.Request.Options.Clone();
        options.Temperature = options.Temperature is > 0 and var own ? own : SampleTemperature;
        options.Seed = null;
        options.AdditionalProperties?.Remove(Vocabulary.ChoiceCount);
        var request = context.Request with { Options = options };
        // A sample is as long as the answer was: it may take longer than an answer's first output, but not without end.
        var patience = TimeSpan.FromTicks(Math.Max(held.Target.FirstOutputTimeout.Ticks, SamplePatience * (held.Record.Duration ?? TimeSpan.Zero).Ticks));
        var asking = new Task<AnswerText?>[count];
        for (var i = 0; i < count; i++)
        {
            asking[i] = _calls.AskAsync(calls, held.Target, request, patience);
        }

        var (answered, agreed) = (0, 0);
        var said = answer.Text;
        foreach (var sample in await Task.WhenAll(asking))
        {
            if (sample is not null)
            {
                answered++;
                agreed += !sample.HasCall && Agreement.Agree(said, sample.Text) ? 1 : 0;
            }
        }

        return answered == 0 ? null : (double)agreed / answered;
    }

    private async Task<double?> AskCheckerAsync(RequestCalls calls, RoutePlan plan, Attempt held)
    {
        var context = calls.Context;
        var answer = held.Call.Text!;
        if (answer.HasCall || answer.HasOther || FindChecker(context, plan, held.Target) is not { } checker
            || CheckerQuestion.Create(context.Request, context.Mask?.Mask(answer.Text) ?? answer.Text, checker.Id) is not { } question)
        {
            return null;
        }

        return await _calls.AskAsync(calls, checker, question, checker.FirstOutputTimeout) is { } grade ? CheckerQuestion.Read(grade.Text) : null;
    }

    /// <summary>
    /// The configured checker, else the best other model of the plan. It sees the whole request, so what was removed from the plan
    /// may not be asked, and what was never in it must meet the same constraints.
    /// </summary>
    internal static Deployment? FindChecker(RequestContext context, RoutePlan plan, Deployment judged)
    {
        var name = plan.Input.Route.Cascade.Checker;
        Deployment? best = null;
        var quality = double.NegativeInfinity;
        var isInPlan = false;
        for (var i = 0; i < plan.Candidates.Length; i++)
        {
            ref var candidate = ref plan.Candidates[i];
            var target = candidate.Deployment;
            if (name is not null && name != target.Id && name != target.FullName)
            {
                continue;
            }

            isInPlan = true;
            // A strategy's own reasons to pass a model over say nothing about what the model may see.
            var isKept = candidate.Removal is Removal.None or Removal.Strategy or Removal.Task;
            if (isKept && MaySee(plan.Input, target) && candidate.Quality > quality && (name is not null || target.FullName != judged.FullName))
            {
                (best, quality) = (target, candidate.Quality);
            }
        }

        if (best is not null || isInPlan || name is null)
        {
            return best;
        }

        return context.Snapshot.Find(name) is { Targets: [var other, ..] } && MaySee(plan.Input, other) && MayCost(plan.Input, other) ? other : null;
    }

    private static bool MaySee(PlanInput input, Deployment target) =>
        input.Sensitivity != SensitivityLabel.Confidential || target.Locality == Locality.Local;

    /// <summary>Where money is bounded, what has no known price may not be used.</summary>
    private static bool MayCost(PlanInput input, Deployment target) =>
        (!input.HasBudget && input.MaxCostUsd is null && input.Route.MaxCostUsd is null) || target.Model.PriceOn(DateOnly.FromDateTime(input.Now.UtcDateTime)) is not null;
}
