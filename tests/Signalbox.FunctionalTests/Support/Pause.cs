namespace Signalbox.FunctionalTests.Support;

/// <summary>The time that a provider takes to think. Tests themselves wait for signals only.</summary>
internal static class Pause
{
    public static async Task ForAsync(TimeSpan time, CancellationToken cancel)
    {
        var over = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var timer = TimeProvider.System.CreateTimer(static state => ((TaskCompletionSource)state!).TrySetResult(), over, time, Timeout.InfiniteTimeSpan);
        await using var stop = cancel.Register(static state => ((TaskCompletionSource)state!).TrySetCanceled(), over);
        await over.Task;
    }
}
