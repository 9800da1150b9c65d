<?php
// Fills an installed WordPress with made-up posts and chooses its theme; prints the first category's id and name.
//   php list_wordpress.php FOLDER POSTS.json PERMALINKS THEME
// FOLDER holds WordPress with a wp-config.php that names an empty database of its own: every post in it is deleted.
define('WP_INSTALLING', true);
$_SERVER['HTTP_HOST'] = 'blog.example.org';
$_SERVER['REQUEST_URI'] = '/';
require $argv[1] . '/wp-load.php';
require_once ABSPATH . 'wp-admin/includes/upgrade.php';
if (!is_blog_installed()) {
    wp_install('Harbour notes', 'lan', 'lan@example.org', true, '', 'made-up');
}
update_option('blogname', 'Harbour notes');
update_option('permalink_structure', $argv[3]);
$wp_rewrite->set_permalink_structure($argv[3]);
foreach (get_posts(array('numberposts' => -1, 'post_status' => 'any')) as $old) {
    wp_delete_post($old->ID, true);
}
foreach (json_decode(file_get_contents($argv[2]), true) as $post) {
    wp_insert_post(array(
        'post_title' => $post['title'], 'post_name' => $post['slug'], 'post_content' => $post['content'],
        'post_status' => 'publish', 'post_date' => $post['date'], 'post_date_gmt' => $post['date'], 'post_author' => 1,
        'post_category' => array(wp_create_category($post['category'])), 'tags_input' => $post['tags'],
    ));
}
switch_theme($argv[4]);
flush_rewrite_rules();
$category = get_category(get_cat_ID(json_decode(file_get_contents($argv[2]), true)[0]['category']));
echo json_encode(array('slug' => $category->slug, 'name' => $category->name));
