namespace Signalbox.Tests.Dialects.Fields;

/// <summary>Where the tests of the ledgers find the repository, and the published schemas and recordings that may lie beside it.</summary>
internal static class LedgerFiles
{
    public static string RepositoryRoot { get; } = FindRoot();

    public static string PathInRepository(params string[] parts) => Path.Combine([RepositoryRoot, .. parts]);

    /// <summary>A file or folder of the shared data; the test is skipped where there is none.</summary>
    public static string SharedOrSkip(params string[] parts)
    {
        var path = Path.Combine([Path.GetDirectoryName(RepositoryRoot)!, "shared", .. parts]);
        Assert.SkipUnless(Path.Exists(path), $"There is no ../shared/{string.Join('/', parts)} beside the repository.");
        return path;
    }

    public static string ListOf(string dialect) => PathInRepository("tests", "Signalbox.Tests", "Dialects", "Fields", $"{dialect}.fields.txt");

    private static string FindRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "Signalbox.slnx")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        return folder ?? throw new InvalidOperationException("The tests must run from inside the repository.");
    }
}
