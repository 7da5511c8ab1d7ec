using System.Globalization;
using Signalbox.Sensitivity;

namespace Signalbox.Pipeline.Answers;

/// <summary>The headers that every answer carries (contract section 4).</summary>
internal static class AnswerHeaders
{
    public const string RequestId = "x-signalbox-request-id";
    public const string Model = "x-signalbox-model";
    public const string Route = "x-signalbox-route";
    public const string Attempts = "x-signalbox-attempts";
    public const string Cache = "x-signalbox-cache";
    public const string Cost = "x-signalbox-cost-usd";
    public const string Loss = "x-signalbox-loss";
    public const string Error = "x-signalbox-error";
    public const string Warning = "x-signalbox-warning";

    public static void Write(RequestContext context, WireCaller caller, IReadOnlyList<KeyValuePair<string, string>> passed, decimal? cost = null)
    {
        for (var i = 0; i < passed.Count; i++)
        {
            caller.SetHeader(passed[i].Key, passed[i].Value);
        }

        caller.SetHeader(RequestId, context.Id);
        if (context is { Deployment: { } deployment, Attempts: > 0 })
        {
            caller.SetHeader(Model, HeaderText(deployment.FullName));
        }

        if (context.Targets is { } targets)
        {
            caller.SetHeader(Route, HeaderText(targets.Route));
        }

        caller.SetHeader(Attempts, context.Attempts switch { 0 => "0", 1 => "1", var n => n.ToString(CultureInfo.InvariantCulture) });
        caller.SetHeader(Cache, "bypass");
        if (cost is { } usd)
        {
            caller.SetHeader(Cost, usd.ToString("0.############", CultureInfo.InvariantCulture));
        }

        if (context.Inspection?.Injection is { IsDetected: true, Action: InjectionAction.Warn } signal)
        {
            caller.SetHeader(Warning, string.Create(CultureInfo.InvariantCulture, $"prompt_injection;score={signal.Score:0.##}"));
        }

        if (!context.Losses.IsEmpty)
        {
            caller.SetHeader(Loss, context.Losses.ToHeaderValue());
        }
    }

    /// <summary>Whole seconds, rounded up: a client that waits shorter would be refused again.</summary>
    public static string Seconds(TimeSpan wait) => Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);

    /// <summary>Model names come from callers; a header takes visible ASCII only.</summary>
    private static string HeaderText(string text)
    {
        foreach (var c in text)
        {
            if (c is < ' ' or > '~')
            {
                return string.Create(text.Length, text, static (span, source) =>
                {
                    for (var i = 0; i < span.Length; i++)
                    {
                        span[i] = source[i] is < ' ' or > '~' ? '?' : source[i];
                    }
                });
            }
        }

        return text;
    }
}
