using Microsoft.Extensions.AI;
using Signalbox.Configuration;
using Signalbox.Dialects;
using Signalbox.Sensitivity;

namespace Signalbox.Tests.Sensitivity;

/// <summary>Short ways to inspect a text or a request.</summary>
internal static class Inspect
{
    public static SensitivityDetector Detector { get; } = new(new SensitivityConfig());

    public static string[] KindsOf(string text) => [.. Detector.Inspect(text).Findings.Select(static f => f.Kind)];

    public static SensitivityLabel LabelOf(string text) => Detector.Inspect(text).Label;

    public static DialectRequest Request(string? instructions, params ChatMessage[] messages) => new()
    {
        Model = "m",
        Messages = [.. messages],
        Options = new ChatOptions { Instructions = instructions },
    };

    public static DialectRequest UserSays(string system, string text) =>
        Request(null, new ChatMessage(ChatRole.System, system), new ChatMessage(ChatRole.User, text));
}
