namespace Signalbox.FunctionalTests.Support.Wires;

/// <summary>How a healthy provider answers.</summary>
internal static class Good
{
    /// <summary>The whole answer.</summary>
    public static Task AnswerAsync(UpstreamCall call, Wire wire, bool stream) =>
        stream ? SendAsync(call, wire, wire.Pieces.Count) : call.AnswerAsync(200, "application/json", wire.Complete);

    /// <summary>The first pieces of its stream.</summary>
    public static async Task SendAsync(UpstreamCall call, Wire wire, int count)
    {
        await call.StartAsync(200, wire.StreamContentType);
        for (var i = 0; i < count; i++)
        {
            await call.SendAsync(wire.Pieces[i]);
        }
    }
}
