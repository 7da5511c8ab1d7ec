using Signalbox.Dialects;
using Signalbox.Routing.Planning;
using Signalbox.Tests.Routing.Planning;

namespace Signalbox.Tests.Routing.Strategies;

/// <summary>Does what a walk asks for without a socket, and writes down what it was asked.</summary>
internal sealed class FakeHost
{
    private readonly Dictionary<string, StepResult> _answers = new(StringComparer.Ordinal);

    /// <summary>One line for each step: <c>call a checked</c>, <c>serve a</c>, <c>give up</c>.</summary>
    public List<string> Steps { get; } = [];

    public FakeHost Answers(string model, double? verdict = null)
    {
        _answers[model] = new StepResult(null, verdict);
        return this;
    }

    public FakeHost Fails(string model, ErrorKind kind = ErrorKind.UpstreamUnavailable)
    {
        _answers[model] = new StepResult(new GatewayError(kind, "failed"));
        return this;
    }

    /// <summary>Whose answer the caller got; null for none.</summary>
    public string? Run(RoutePlan plan)
    {
        var walk = PlanBench.Walk(plan);
        StepResult? last = null;
        while (true)
        {
            switch (walk.Next(last))
            {
                case RouteStep.Call call:
                    var model = plan.Candidates[call.Candidate].Deployment.Upstream;
                    Steps.Add($"call {model}{(call.IsChecked ? " checked" : "")}");
                    last = _answers[model];
                    if (!call.IsChecked && last.Error is null)
                    {
                        return model;
                    }

                    break;
                case RouteStep.Serve serve:
                    var held = plan.Candidates[serve.Candidate].Deployment.Upstream;
                    Steps.Add($"serve {held}");
                    return held;
                default:
                    Steps.Add("give up");
                    return null;
            }
        }
    }
}
