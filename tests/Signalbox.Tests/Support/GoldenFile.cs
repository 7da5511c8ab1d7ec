using System.Runtime.CompilerServices;

namespace Signalbox.Tests.Support;

/// <summary>
/// Wire shapes kept as files in the folder <c>Golden</c> beside the test. With SIGNALBOX_WRITE_GOLDEN=1 the tests write them anew
/// after a wanted change; read the difference before committing it.
/// </summary>
internal static class GoldenFile
{
    public static string Read(string name, [CallerFilePath] string test = "") => File.ReadAllText(PathOf(name, test));

    public static void Check(string name, string actual, [CallerFilePath] string test = "")
    {
        var path = PathOf(name, test);
        if (Environment.GetEnvironmentVariable("SIGNALBOX_WRITE_GOLDEN") == "1")
        {
            File.WriteAllText(path, actual);
        }

        Assert.Equal(File.ReadAllText(path), actual);
    }

    private static string PathOf(string name, string test) => Path.Combine(Path.GetDirectoryName(test)!, "Golden", name);
}
