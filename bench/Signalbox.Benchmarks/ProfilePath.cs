using Microsoft.Extensions.AI;
using Signalbox.Dialects;
using Signalbox.Dialects.Tokens;
using Signalbox.Routing.Profiles;

namespace Signalbox.Benchmarks;

/// <summary>A profile with everything worked out: language, task, difficulty, tokens and the conversation's key.</summary>
internal static class ProfilePath
{
    private const string Sentence = "Der Zug nach Hamburg fährt um 09:45 ab; please tell me how long the journey takes (in minutes), and explain why. ";
    private static readonly Profiler Profiler = new();

    public static IEnumerable<(string Name, long Nanoseconds)> Measure()
    {
        yield return ("profile of 1 KB, nanoseconds", Timing.Median(200, 20, Profile(1)));
        yield return ("profile of 100 KB, nanoseconds", Timing.Median(100, 4, Profile(100)));
        yield return ("profile of 4 MB, nanoseconds", Timing.Median(20, 1, Profile(4096)));
    }

    private static Action Profile(int kilobytes)
    {
        var text = string.Concat(Enumerable.Repeat(Sentence, (kilobytes * 1024 / Sentence.Length) + 1));
        var request = new DialectRequest { Model = "auto", Messages = [new ChatMessage(ChatRole.User, text)], Options = new ChatOptions() };
        return () =>
        {
            var profile = Profiler.Profile(request, CallerHints.None, null);
            _ = profile.InputTokens(TokenizerFamily.Claude) + profile.Difficulty + profile.Task.Length + (profile.Language?.Length ?? 0) + profile.ConversationKey.Length;
        };
    }
}
