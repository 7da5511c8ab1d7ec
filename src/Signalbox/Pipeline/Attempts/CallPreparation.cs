using Signalbox.Dialects;
using Signalbox.Providers;
using Signalbox.Routing.Decisions;
using Signalbox.Routing.Planning;

namespace Signalbox.Pipeline.Attempts;

/// <summary>What the route wants of a call beyond sending the caller's request.</summary>
internal static class CallPreparation
{
    public const string LogprobCheck = "logprob";

    public static void Prepare(ProviderCall call, AttemptKind kind)
    {
        // Samples, checkers and continuations bring their own requests.
        if (kind == AttemptKind.Continuation || call.Context.Origin is not null || call.Context.Decision.Plan is not { } plan)
        {
            return;
        }

        if (Vocabulary.Get<bool?>(call.Request.Options.AdditionalProperties, Vocabulary.WantsConfidence) is true
            && call.Deployment.Provider is HttpProvider http && http.GivesLogprobs(call.Deployment.Model))
        {
            // A model elsewhere does not say how sure it is; its probabilities do.
            AskForLogprobs(call);
        }

        if (plan.Input.Route.EnhancePrompts)
        {
            PromptEnhancement.Prepare(call, plan.Input);
        }

        if (plan.Input.Route.Continue && call.Request.Stream && Continuation.HasNext(plan, call.Deployment))
        {
            // The answer is written by our own writer, which another model's answer can go on from. The request is still relayed.
            call.MayBeContinued = true;
            call.Text = new AnswerText();
        }
    }

    /// <summary>The answer will be judged before anything of it is shown.</summary>
    public static void PrepareCheck(ProviderCall call)
    {
        call.Text ??= new AnswerText();
        if (call.Context is { Origin: null, Decision.Plan: { } plan } && AsksForLogprobs(call, plan))
        {
            AskForLogprobs(call);
            call.HidesLogprobs = true;
        }
    }

    private static void AskForLogprobs(ProviderCall call)
    {
        var options = call.Request.Options.Clone();
        Vocabulary.Set(options, Vocabulary.Logprobs, true);
        call.Request = call.Request with { Options = options };
    }

    /// <summary>A relayed answer cannot be rid of them, so they are asked for only where the answer is translated anyway.</summary>
    private static bool AsksForLogprobs(ProviderCall call, RoutePlan plan) =>
        plan.Input.Route.Cascade.Checks.Contains(LogprobCheck)
        && Vocabulary.Get<bool?>(call.Request.Options.AdditionalProperties, Vocabulary.Logprobs) is not true
        && call.Deployment.Provider is HttpProvider http && !http.Speaks(call.Context.Dialect) && http.GivesLogprobs(call.Deployment.Model);
}
