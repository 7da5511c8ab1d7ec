using System.Text.Json;

namespace Signalbox.FunctionalTests.Support.Wires;

/// <summary>
/// One protocol as its callers and its providers use it, written down a second time for the tests: requests, answers, errors,
/// and walks that say what an answer amounts to.
/// </summary>
internal abstract class Wire
{
    public const string SampleText = "Hello there";
    public const string SampleTool = "get_weather";
    public const string SampleArguments = """{"city":"Bern","days":2}""";

    public static IReadOnlyList<Wire> All { get; } = [new ChatWire(), new ResponsesWire(), new MessagesWire(), new GeminiWire(), new OllamaWire()];

    public abstract string Dialect { get; }

    public abstract string StreamContentType { get; }

    /// <summary>Finish meanings that the protocol has words for; what it cannot say is said as stop.</summary>
    public abstract IReadOnlySet<string> Finishes { get; }

    /// <summary>The counts that the protocol has fields for.</summary>
    public abstract (bool Cached, bool CacheWrite, bool Reasoning) Counts { get; }

    /// <summary>The gateway's route.</summary>
    public abstract string Path(string model, bool stream);

    /// <summary>Path and query at a provider, below its base URL.</summary>
    public abstract string UpstreamPath(string model, bool stream);

    /// <summary>The smallest question that a client of this protocol asks.</summary>
    public abstract string Request(string model, bool stream, string prompt = "Say hello.");

    /// <summary>A whole answer: <see cref="SampleText"/>.</summary>
    public abstract string Complete { get; }

    /// <summary>The same as a stream, a frame each; a frame with text is at index <see cref="TextPiece"/>.</summary>
    public abstract IReadOnlyList<string> Pieces { get; }

    /// <summary>The first of the pieces that has text; the one after it has text too.</summary>
    public abstract int TextPiece { get; }

    /// <summary>An error as this protocol's providers send it, e.g. with status 429.</summary>
    public abstract string Error(string message);

    /// <summary>The same in the middle of a stream.</summary>
    public abstract string StreamError(string message);

    public abstract Answer WalkComplete(JsonElement body);

    public abstract Answer WalkStream(string text);

    /// <summary>The message of an error in exactly the shape that this protocol's SDKs read; fails the test on any other shape.</summary>
    public abstract string ErrorMessage(CallerAnswer answer);

    public Answer Walk(CallerAnswer answer, bool stream) => stream ? WalkStream(answer.Text) : WalkComplete(answer.Json);

    public static Wire Of(string dialect) => All.First(wire => wire.Dialect == dialect);

    public override string ToString() => Dialect;
}
