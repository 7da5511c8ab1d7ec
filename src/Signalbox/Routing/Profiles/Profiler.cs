using Microsoft.Extensions.AI;
using Signalbox.Dialects;

namespace Signalbox.Routing.Profiles;

/// <summary>How hard a prompt is, 0..1.</summary>
internal delegate double DifficultySource(ReadOnlySpan<char> prompt);

/// <summary>Knobs of the profiler.</summary>
internal sealed record ProfilerOptions
{
    public static ProfilerOptions Default { get; } = new();

    /// <summary>Where difficulty becomes a word. Default 0.35 and 0.7.</summary>
    public ComplexityThresholds Complexity { get; init; } = ComplexityThresholds.Default;

    /// <summary>Who says how hard a prompt is when neither caller nor route does. Default <see cref="DifficultyHeuristic.Of"/>.</summary>
    public DifficultySource Difficulty { get; init; } = DifficultyHeuristic.Of;
}

/// <summary>Step 3 of the pipeline: what a request is. Thread-safe.</summary>
internal sealed class Profiler(ProfilerOptions? options = null)
{
    private readonly ProfilerOptions _options = options ?? ProfilerOptions.Default;

    /// <summary>Profiles a request. Tokens, needs and facts at once, for they are read off the parsed body; the rest when it is asked for.</summary>
    public RequestProfile Profile(DialectRequest request, CallerHints hints, RouteHints? route, string? callerKey = null)
    {
        var finder = new ProfileFinder(request, hints, route, _options) { CallerKey = callerKey, Text = PromptText.Of(request) };
        return new RequestProfile(finder)
        {
            Input = NeedsReader.ModalitiesOf(request.Messages),
            Needs = NeedsReader.NeedsOf(request),
            JsonMode = request.Options.ResponseFormat is ChatResponseFormatJson { Schema: null },
            Streaming = request.Stream,
            MaxOutputTokens = request.Options.MaxOutputTokens,
            Conversation = ConversationFacts.Of(request),
        };
    }
}
