// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.storage;

import java.io.IOException;
import java.io.InputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.OutputStream;
import java.io.Serializable;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.jspecify.annotations.Nullable;

/**
 * Files on any file system that Hadoop knows, named by the paths that users write: local paths, {@code hdfs://}, {@code
 * s3a://}. Goes to executors by Java serialization; there too, relative local paths mean those of the process that made
 * it. Safe for use by several threads.
 */
public final class Storage implements Serializable {
    private static final long serialVersionUID = 1;

    private final String workingDirectory;
    private transient Configuration configuration;

    private Storage(Configuration configuration) {
        this.configuration = configuration;
        this.workingDirectory = java.nio.file.Path.of("").toAbsolutePath().toString();
    }

    /** Storage with Hadoop's settings of this process or of Spark. */
    public static Storage of(Configuration configuration) {
        return new Storage(configuration);
    }

    /** The path of a child; {@code name} may hold several parts. */
    public static String child(String directory, String name) {
        return directory.endsWith("/") ? directory + name : directory + "/" + name;
    }

    /** Hadoop's settings, for APIs that take them. */
    public Configuration configuration() {
        return configuration;
    }

    /** The file or directory at a path, or null. */
    public @Nullable FileEntry entry(String path) throws IOException {
        Path qualified = qualified(path);
        return operations(qualified).entry(qualified);
    }

    /** Whether there is a file or directory. */
    public boolean exists(String path) throws IOException {
        return entry(path) != null;
    }

    /** Direct children of a directory, sorted by name. */
    public List<FileEntry> list(String directory) throws IOException {
        Path qualified = qualified(directory);
        return operations(qualified).list(qualified);
    }

    /** Opens a file; the caller closes it. */
    public InputStream read(String file) throws IOException {
        Path qualified = qualified(file);
        return operations(qualified).read(qualified);
    }

    /** Opens a file for reading at any place; only the ranges that are read are fetched. The caller closes it. */
    public SeekableByteChannel channel(String file) throws IOException {
        Path qualified = qualified(file);
        return operations(qualified).channel(qualified);
    }

    /** The whole content of a file. */
    public byte[] readBytes(String file) throws IOException {
        try (InputStream stream = read(file)) {
            return stream.readAllBytes();
        }
    }

    /** The whole content of a file in UTF-8. */
    public String readText(String file) throws IOException {
        return new String(readBytes(file), StandardCharsets.UTF_8);
    }

    /** Creates or replaces a file, with missing directories above it; the caller closes it. */
    public OutputStream write(String file) throws IOException {
        Path qualified = qualified(file);
        return operations(qualified).write(qualified);
    }

    /** Creates or replaces a small file so that readers see all of the old or all of the new content. */
    public void publish(String file, byte[] content) throws IOException {
        Path qualified = qualified(file);
        operations(qualified).publish(qualified, content);
    }

    /** Creates or replaces a small file in UTF-8 so that readers see all of the old or all of the new content. */
    public void publish(String file, String content) throws IOException {
        publish(file, content.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Creates a small file that must not exist. Of several processes that try with contents of their own, one succeeds.
     *
     * @throws FileAlreadyExistsException for all others
     */
    public void createExclusive(String file, byte[] content) throws IOException {
        Path qualified = qualified(file);
        operations(qualified).createExclusive(qualified, content);
    }

    /** Creates a directory and those above it, where they are missing. */
    public void createDirectory(String directory) throws IOException {
        Path qualified = qualified(directory);
        operations(qualified).createDirectory(qualified);
    }

    /**
     * Gives a complete file its final name and replaces what had that name. Both lie on one file system. Object stores
     * copy, so there the final name may not be trusted before a marker says so.
     */
    public void move(String file, String target) throws IOException {
        Path qualified = qualified(file);
        operations(qualified).move(qualified, qualified(target));
    }

    /** Deletes a file, or a directory with all below it, if it is there. */
    public void delete(String path) throws IOException {
        Path qualified = qualified(path);
        operations(qualified).delete(qualified);
    }

    /** The path with scheme and authority, independent of the working directory. */
    public String absolute(String path) throws IOException {
        return qualified(path).toString();
    }

    /** The path on this machine's own file system, if it lies there. */
    public Optional<java.nio.file.Path> local(String path) throws IOException {
        Path qualified = qualified(path);
        return isLocal(qualified) ? Optional.of(LocalFiles.local(qualified)) : Optional.empty();
    }

    private Path qualified(String path) throws IOException {
        Path given = new Path(path);
        FileSystem system = given.getFileSystem(configuration);
        boolean relativeLocal =
                !given.isAbsolute() && system.getUri().getScheme().equals("file");
        return system.makeQualified(relativeLocal ? new Path(workingDirectory, given) : given);
    }

    private FileOperations operations(Path qualified) {
        return isLocal(qualified) ? new LocalFiles() : new HadoopFiles(configuration);
    }

    private static boolean isLocal(Path qualified) {
        return "file".equals(qualified.toUri().getScheme());
    }

    private void writeObject(ObjectOutputStream out) throws IOException {
        out.defaultWriteObject();
        configuration.write(out);
    }

    private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
        in.defaultReadObject();
        configuration = new Configuration(false);
        configuration.readFields(in);
    }
}
