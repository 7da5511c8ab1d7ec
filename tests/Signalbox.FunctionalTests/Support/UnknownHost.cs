namespace Signalbox.FunctionalTests.Support;

/// <summary>
/// A host name that nobody knows. One of its labels is longer than DNS allows, so the resolver of this machine says so itself: name
/// servers drop questions when many come at once, and are asked again after five seconds.
/// </summary>
internal static class UnknownHost
{
    public static string Name { get; } = NameWith("no-such-provider");

    /// <summary>One of these with a beginning to know it by.</summary>
    public static string NameWith(string beginning) => beginning + new string('x', 64) + ".invalid";
}
