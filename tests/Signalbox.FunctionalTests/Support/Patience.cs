namespace Signalbox.FunctionalTests.Support;

/// <summary>How long a test waits for a signal before it calls it a hang.</summary>
internal static class Patience
{
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    public static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Waits for what must happen; says what did not.</summary>
    public static async Task For(Task task, string what)
    {
        try
        {
            await task.WaitAsync(Limit, Token);
        }
        catch (TimeoutException)
        {
            Assert.Fail($"Nothing came within {Limit.TotalSeconds} seconds: {what}");
        }
    }

    public static async Task<T> For<T>(Task<T> task, string what)
    {
        await For((Task)task, what);
        return await task;
    }
}
